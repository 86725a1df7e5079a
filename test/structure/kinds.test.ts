import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { engine, testStores } from "../engines/index.ts";
import { outcomes, type Scene, structureScene, theVerdict } from "./scene.ts";

const kinds = `
schemaVersion: 2.0.0
globalEnvVars:
  - key: GREETING
    value: hello
commandTests:
  - name: says what it was set up to
    setup:
      - [sh, -c, "echo one > /tmp/said"]
      - [sh, -c, "echo two >> /tmp/said"]
    teardown:
      - [rm, /tmp/said]
    envVars:
      - key: NAME
        value: world
    command: sh
    args: [-c, "cat /tmp/said; env | grep -E '^(GREETING|NAME)=' | sort; echo oh >&2; exit 3"]
    expectedOutput: ["one\\ntwo\\nGREETING=hello\\nNAME=world\\n"]
    excludedOutput: [three]
    expectedError: [^oh]
    excludedError: [ah]
    exitCode: 3
  - name: WRONG
    command: echo
    args: [ok]
    expectedOutput: [ko]
fileExistenceTests:
  - name: the shell
    path: /bin/sh
  - name: the program
    path: /bin/busybox
    permissions: -rwxr-xr-x
    uid: 0
    gid: 0
    isExecutableBy: other
  - name: nothing
    path: /nothing
    shouldExist: false
  - name: WRONG
    path: /nothing
fileContentTests:
  - name: a file
    path: /etc/motto
    expectedContents: [^steady]
    excludedContents: [sinking]
  - name: WRONG
    path: /etc/motto
    expectedContents: [sinking]
licenseTests:
  - files: [/etc/motto]
metadataTest:
  envVars:
    - key: ANCHOR
      value: "^do"
      isRegex: true
  unboundEnvVars:
    - key: GREETING
  labels:
    - key: harbour
      value: north
  exposedPorts: ["80"]
  volumes: [/data]
  entrypoint: [/bin/sh]
  cmd: [-c, ls]
  workdir: /tmp
  user: "7"
`;

const options = `
schemaVersion: 2.0.0
commandTests:
  - name: user and environment
    command: sh
    args: [-c, "id -u; env; cat /mnt/shared"]
    expectedOutput: ["9\\n", "FROM_FILE=from file\\n", "BERTH_TEST_SECRET=kept\\n", "shared\\n"]
containerRunOptions:
  user: "9"
  privileged: true
  envFile: DIR/envfile
  envVars: [BERTH_TEST_SECRET]
  capabilities: [NET_BIND_SERVICE]
  bindMounts: ["DIR/mount:/mnt"]
`;

const oldSchema = {
	schemaVersion: "1.0.0",
	globalEnvVars: [{ key: "GREETING", value: "hello" }],
	commandTests: [
		{
			name: "setup",
			setup: [["touch", "/tmp/here"]],
			command: ["sh", "-c", "ls /tmp; env"],
			expectedOutput: ["here\n", "GREETING=hello\n"],
		},
		{ name: "WRONG", command: ["false"] },
	],
	fileExistenceTests: [{ name: "program", path: "/bin/busybox", shouldExist: true }],
	fileContentTests: [{ name: "motto", path: "/etc/motto", expectedContents: ["steady"] }],
	licenseTests: [{ files: ["/etc/motto"] }],
};

for (const store of testStores()) {
	describe(`the kinds of structure tests, ${store}`, { concurrency: true }, () => {
		let scene: Scene;
		let image: string;

		before(async () => {
			scene = await structureScene(await engine(store));
			image = await scene.build(
				"kinds",
				'RUN ["/bin/sh", "-c", "mkdir -p /etc; chmod 777 /tmp; echo steady as she goes > /etc/motto"]',
				"ENV ANCHOR=down",
				"LABEL harbour=north",
				"EXPOSE 80",
				"VOLUME /data",
				"WORKDIR /tmp",
				"USER 7",
				'ENTRYPOINT ["/bin/sh"]',
				'CMD ["-c", "ls"]',
			);
		});
		after(async () => {
			const { containers, images } = await scene.inEngine();
			await scene.end();
			assert.deepEqual([containers, images.length], [[], 1]);
		});

		it("are all run, each with a verdict of its own", async () => {
			const config = scene.write("kinds.yaml", kinds);
			const verdict = theVerdict(await scene.test({ images: [image], configs: [config] }));
			assert.deepEqual([verdict.image, verdict.config], [image, config]);
			assert.deepEqual(outcomes(verdict), {
				"Command Test: says what it was set up to": true,
				"Command Test: WRONG": false,
				"File Content Test: a file": true,
				"File Content Test: WRONG": false,
				"File Existence Test: the shell": true,
				"File Existence Test: the program": true,
				"File Existence Test: nothing": true,
				"File Existence Test: WRONG": false,
				"License Test": true,
				"Metadata Test": true,
			});
			const [command] = verdict.tests;
			assert.match(command?.stdout ?? "", /^one\ntwo\n/);
			assert.equal(command?.stderr, "oh\n");
			assert.ok((command?.seconds ?? 0) > 0);
			const wrong = verdict.tests.find(({ name }) => name === "Command Test: WRONG");
			assert.deepEqual(wrong?.errors, ["Expected string 'ko' not found in output 'ok\n'"]);
		});

		it("run with the options of their config", async () => {
			scene.write("envfile", "FROM_FILE=from file\n");
			mkdirSync(join(scene.dir, "mount"), { mode: 0o755 });
			scene.write("mount/shared", "shared\n");
			const config = scene.write("options.yml", options.replaceAll("DIR", scene.dir));
			Object.assign(scene.env, { BERTH_TEST_SECRET: "kept" });
			const verdict = theVerdict(await scene.test({ images: [image], configs: [config] }));
			assert.deepEqual(outcomes(verdict), { "Command Test: user and environment": true });
		});

		it("are told apart in the old schema, and in JSON", async () => {
			const config = scene.write("old.json", oldSchema);
			const verdict = theVerdict(await scene.test({ images: [image], configs: [config] }));
			assert.deepEqual(outcomes(verdict), {
				"Command Test: setup": true,
				"Command Test: WRONG": false,
				"File Existence Test: program": true,
				"File Content Test: motto": true,
				"License Test": true,
			});
		});
	});
}
