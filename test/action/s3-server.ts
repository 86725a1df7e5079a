import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
	type Daemon,
	lastWords,
	startDaemon,
	stopDaemon,
	waitUntilReady,
} from "../../src/throwaway/daemon.ts";
import { goTool } from "../engines/go-tool.ts";

/** A server of the S3 protocol on this machine's own address, with one empty bucket. */
export type S3Server = {
	readonly address: string;
	readonly bucket: string;
	readonly accessKey: string;
	readonly secretKey: string;
	/** The keys of the objects in the bucket. */
	readonly objects: () => string[];
	readonly stop: () => Promise<void>;
};

const readyBoundMs = 20_000;
const stopBoundMs = 5_000;
const given = { bucket: "caches", accessKey: "fleet", secretKey: "not-for-anyones-log" } as const;

/** Starts a Versity S3 gateway over a directory; it checks signatures. Throws when it does not come up. */
export async function startS3Server(): Promise<S3Server> {
	const module = "github.com/versity/versitygw";
	const program = await goTool({ name: "versitygw", module, version: "v1.8.0", folder: "./cmd/versitygw" });
	const dir = mkdtempSync("/var/tmp/berth-s3-");
	const buckets = join(dir, "buckets");
	mkdirSync(join(buckets, given.bucket), { recursive: true });
	const env = {
		...process.env,
		ROOT_ACCESS_KEY_ID: given.accessKey,
		ROOT_SECRET_ACCESS_KEY: given.secretKey,
	};
	const args = ["--quiet", "--port", "127.0.0.1:0", "posix", buckets];
	const daemon = startDaemon(program, args, { env, log: join(dir, "server.log") });
	const stop = async () => {
		await stopDaemon(daemon, stopBoundMs);
		rmSync(dir, { recursive: true, force: true });
	};
	await waitUntilReady(daemon, async () => portOf(daemon) !== undefined, readyBoundMs);
	const port = portOf(daemon);
	if (port !== undefined) {
		const objects = () => objectsBelow(join(buckets, given.bucket));
		return { ...given, address: `http://127.0.0.1:${port}`, objects, stop };
	}
	const words = await lastWords(daemon);
	await stop();
	throw new Error(`the S3 server did not come up:\n${words}`);
}

// The server doesn't say which port the kernel chose: its sockets do, being named in the kernel's list.
function portOf({ child: { pid } }: Daemon): number | undefined {
	const listening = "0A";
	const sockets = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => socketAt(`/proc/${pid}/fd/${fd}`)));
	for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
		const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
		if (state === listening && sockets.has(inode)) return Number.parseInt(local?.split(":")[1] ?? "", 16);
	}
	return undefined;
}

function socketAt(path: string): string | undefined {
	try {
		return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
	} catch {
		// Closed between the list and this look.
		return undefined;
	}
}

function objectsBelow(bucket: string): string[] {
	return readdirSync(bucket, { recursive: true, withFileTypes: true })
		.filter((each) => each.isFile())
		.map((each) => join(each.parentPath, each.name).slice(bucket.length + 1))
		.sort();
}
