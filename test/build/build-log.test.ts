import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProgressFilter } from "../../src/build/progress-filter.ts";
import { base64, digestOf, type Message, message, vertex } from "./messages.ts";

/** What a reader has in the log of these messages, whatever the pieces that they come in. */
function logOf(messages: readonly (Message | string)[], piece = Number.POSITIVE_INFINITY): string {
	const filter = new ProgressFilter();
	const bytes = Buffer.from(
		messages.map((each) => (typeof each === "string" ? each : message(each))).join(""),
	);
	const out: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += Math.min(piece, bytes.length))
		out.push(filter.write(bytes.subarray(at, at + Math.min(piece, bytes.length))));
	out.push(filter.end());
	return Buffer.concat(out).toString();
}

const begun = vertex("a", "[1/2] RUN make", { started: 0 });
const ended = vertex("a", "[1/2] RUN make", { started: 0, completed: 1500 });
const said = (data: string | Buffer, at: number) => ({
	logs: [{ vertex: digestOf("a"), data: base64(data), timestamp: new Date(at).toISOString() }],
});

describe("the log of a build, in the words of --progress=plain", () => {
	it("has a step's name, what it prints with its time, and how it ended", () => {
		const log = logOf([begun, said("one\ntwo\n", 123), said("late\n", 12_345), ended]);
		assert.equal(log, "#1 [1/2] RUN make\n#1 0.123 one\n#1 0.123 two\n#1 12.35 late\n#1 DONE 1.5s\n");
	});

	it("is the same in whatever pieces the bytes come", () => {
		const messages = [begun, said("größe\n", 1), ended];
		for (const piece of [1, 2, 3, 7, 100]) assert.equal(logOf(messages, piece), logOf(messages));
	});

	it("puts a character together that two messages have halves of, and a line", () => {
		const bytes = Buffer.from("ä: no end");
		const log = logOf([begun, said(bytes.subarray(0, 1), 10), said(bytes.subarray(1), 20), ended]);
		assert.equal(log, "#1 [1/2] RUN make\n#1 0.010 ä: no end\n#1 DONE 1.5s\n");
	});

	it("leaves carriage returns and bytes that are no text as they are", () => {
		const log = logOf([begun, said("10%\r20%\r\n", 10), ended]);
		assert.match(log, /#1 0\.010 10%\r20%\r\n/);
	});

	it("tells two steps at once by their numbers, and says a name again when it is far away", () => {
		const other = vertex("b", "[other 1/1] RUN test", { started: 0 });
		const lines = Array.from({ length: 30 }, (_, at) => said(`line ${at}\n`, at));
		const log = logOf([begun, other, ...lines, { ...said("x\n", 40), vertexes: [] }, ended]);
		assert.match(log, /^#1 \[1\/2\] RUN make\n\n#2 \[other 1\/1\] RUN test\n#1 0\.000 line 0\n/);
		assert.equal(log.match(/RUN make/g)?.length, 1);
		const late = logOf([
			begun,
			other,
			...lines.map((each) => each),
			vertex("b", "[other 1/1] RUN test", { started: 0, completed: 9 }),
		]);
		assert.match(late, /\n\n#2 \[other 1\/1\] RUN test\n#2 DONE 0\.0s\n$/);
	});

	it("calls a step cached whose layer is fetched afterwards, once", () => {
		const log = logOf([
			vertex("a", "[1/2] RUN make", { started: 0, cached: true }),
			vertex("a", "[1/2] RUN make", { started: 1 }),
			{ statuses: [status(`sha256:${"e".repeat(64)}`, { current: 126, total: 126, completed: 2 })] },
			vertex("a", "[1/2] RUN make", { started: 1, completed: 2 }),
			vertex("a", "[1/2] RUN make", { started: 3 }),
			vertex("a", "[1/2] RUN make", { started: 3, completed: 4, cached: true }),
		]);
		assert.equal(log, `#1 [1/2] RUN make\n#1 sha256:${"e".repeat(64)} 126B / 126B done\n#1 CACHED\n`);
	});

	it("tells how far a layer is at its end, every twentieth, and when nothing else comes", () => {
		const filter = new ProgressFilter();
		const feed = (each: Message) => filter.write(Buffer.from(message(each))).toString();
		const layer = (current: number, more: Record<string, number> = {}) =>
			feed({
				statuses: [status("extracting x", { current, total: 20_000_000, timestamp: current / 1e4, ...more })],
			});
		assert.equal(feed(begun), "#1 [1/2] RUN make\n");
		assert.equal(layer(0), "");
		assert.equal(filter.idle().toString(), "#1 extracting x 0B / 20.00MB\n");
		assert.equal(filter.idle().toString(), "");
		assert.equal(layer(500_000), "");
		assert.equal(layer(10_000_000), "#1 extracting x 10.00MB / 20.00MB 1.0s\n");
		assert.equal(layer(20_000_000, { completed: 2000 }), "#1 extracting x 20.00MB / 20.00MB 2.0s done\n");
	});

	it("ends with what buildx doesn't say itself then: last words of what failed, before its own verdict", () => {
		const failed = vertex("a", "[1/2] RUN make", { started: 0, completed: 10, error: "exit code: 1" });
		const cancelled = vertex("b", "[2/2] RUN x", { started: 0, completed: 10, error: "x: context canceled" });
		const lines = Array.from({ length: 12 }, (_, at) => `line ${at}\n`).join("");
		const log = logOf([begun, said(lines, 5), failed, cancelled, "ERROR: failed to solve: exit code: 1\n"]);
		assert.match(
			log,
			/#1 ERROR: exit code: 1\n\n#2 \[2\/2\] RUN x\n#2 CANCELED\n------\n > \[1\/2\] RUN make:\n/,
		);
		assert.doesNotMatch(log.slice(log.indexOf("------")), /line 1\n/);
		assert.match(log, /0\.005 line 11\n------\nERROR: failed to solve: exit code: 1\n$/);
	});

	it("has the warnings, each once, as they come and in the end", () => {
		const warning = { warnings: [{ vertex: digestOf("a"), short: base64("JSONArgs: say\nit (line 2)") }] };
		const log = logOf([begun, warning, warning, ended]);
		assert.equal(log.match(/#1 WARN: JSONArgs: say it \(line 2\)\n/g)?.length, 1);
		assert.match(log, /\n\n 1 warning found:\n - JSONArgs: say it \(line 2\)\n$/);
	});

	it("lets through what is no message, even JSON of another's", () => {
		const words = 'WARNING: no output specified\n{"some":"JSON"}\n{"vertexes":[\n';
		assert.equal(logOf([words]), words);
	});

	it("reads messages that are spread over many lines, as buildx 0.13 has them", () => {
		const spread = (each: Message) => `${JSON.stringify(each, undefined, 2)}\n`;
		const log = logOf(["WARNING: x\n", ...[begun, said("one\n", 1), ended].map(spread), "ERROR: y\n"]);
		assert.equal(log, "WARNING: x\n#1 [1/2] RUN make\n#1 0.001 one\n#1 DONE 1.5s\nERROR: y\n");
		assert.equal(logOf(['{\n  "some": "JSON"\n}\n{\n']), '{\n  "some": "JSON"\n}\n{\n');
	});

	it("says a name on one line, and what is in groups once", () => {
		const group = { id: "g", name: "[2/2] COPY --link a\n\nb /" };
		const member = (name: string, more: object) => ({
			vertexes: [{ ...vertex(name, name, more).vertexes?.[0], progressGroup: group }],
		});
		const log = logOf([member("x", { started: 0, completed: 1 }), member("y", { started: 1, completed: 2 })]);
		assert.equal(log, "#1 [2/2] COPY --link a b /\n#1 DONE 0.0s\n");
	});

	it("takes rubbish for what it is", () => {
		for (const rubbish of [
			'{"vertexes":"x"}',
			'{"vertexes":[null,1,{"digest":7}]}',
			'{"logs":[{"vertex":"unknown","data":"!!","timestamp":"never"}]}',
			'{"statuses":[{"id":{},"vertex":"a","current":-1,"timestamp":"1"}]}',
			'{"warnings":[{"short":3}],"logs":{}}',
		])
			assert.doesNotMatch(logOf([begun, `${rubbish}\n`, ended]), /undefined|NaN|object/);
	});
});

function status(id: string, { timestamp = 1, ...more }: Record<string, number>): object {
	const times = { timestamp: new Date(timestamp).toISOString(), started: new Date(0).toISOString() };
	const { completed, ...rest } = more;
	const end = completed === undefined ? {} : { completed: new Date(completed).toISOString() };
	return { id, vertex: digestOf("a"), ...rest, ...times, ...end };
}
