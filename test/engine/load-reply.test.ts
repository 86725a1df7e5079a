import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { readReply } from "../../src/engine/load-reply.ts";

function reply(...chunks: readonly (string | Buffer)[]) {
	return readReply(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));
}

const missing = "open /var/lib/docker/tmp/docker-import-1/layer-3: no such file or directory";

describe("what an engine answers to an upload", () => {
	it("is its lines", async () => {
		assert.deepEqual(
			await reply('{"stream":"Loaded image: app:1\\n"}\r\n', '{"stream":"Loaded image: b:1\\n"}\n'),
			{
				lines: ["Loaded image: app:1", "Loaded image: b:1"],
				error: undefined,
				broken: false,
			},
		);
	});

	it("is read whatever pieces it comes in, through letters and lines", async () => {
		const text = Buffer.from('{"stream":"Loaded: ä✓"}\n{"error":"nein, ß"}\n');
		const { lines, error } = await reply(...[...text].map((byte) => Buffer.of(byte)));
		assert.deepEqual([lines, error], [["Loaded: ä✓"], "nein, ß"]);
	});

	it("is an error if any line has one, though the status was 200", async () => {
		const line = JSON.stringify({ errorDetail: { message: missing }, error: missing });
		assert.equal(
			(await reply('{"status":"Loading layer"}\n', `${line}\n`, '{"stream":"bye"}\n')).error,
			missing,
		);
	});

	it("is the first error, from wherever it is told", async () => {
		for (const line of [
			{ error: "full" },
			{ errorDetail: { message: "full" } },
			{ errorDetail: { message: "" }, error: "full" },
			{ errorDetail: { code: 1 }, error: "full" },
			{ errorDetail: "none", error: "full" },
		]) {
			assert.equal((await reply(JSON.stringify(line), '\n{"error":"later"}')).error, "full");
		}
	});

	it("is told on one line", async () => {
		const line = JSON.stringify({ error: "no space left\n\ton device\r\n" });
		assert.equal((await reply(line)).error, "no space left on device");
	});

	it("is nothing where there is nothing to be read", async () => {
		for (const text of [
			"",
			"\n\n",
			"<html>",
			"[]",
			"null",
			"7",
			'{"stream":7}',
			'{"error":null}',
			'{"stream":"a',
		]) {
			assert.deepEqual(await reply(text), { lines: [], error: undefined, broken: false }, text);
		}
	});

	it("is read no further than any engine has something to say", async () => {
		const endless = Readable.from(
			(function* () {
				for (;;) yield Buffer.alloc(1024 * 1024, " ");
			})(),
		);
		assert.equal((await readReply(endless)).broken, false);
		assert.equal(endless.destroyed, true);
	});

	it("is broken, and why, if the connection ends in the middle", async () => {
		const breaking = Readable.from(
			(function* () {
				yield Buffer.from('{"stream":"Loaded image: app:1"}\n');
				throw new Error("socket hang up");
			})(),
		);
		const { error, broken } = await readReply(breaking);
		assert.deepEqual([error, broken], ["socket hang up", true]);
	});
});
