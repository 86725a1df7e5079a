import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeLoad, SendProgress } from "../../src/report/load-lines.ts";

const loaded = {
	reference: "app:1",
	id: "sha256:abc",
	digest: "sha256:def",
	layers: 12,
	layersSent: 1,
	bytes: 1_000_000_000,
	bytesSent: 2048,
	seconds: 0.04,
};

describe("a loaded image", () => {
	it("is a line that tells what was sent, and of how much", () => {
		assert.equal(describeLoad(loaded), "app:1: 1 of 12 layers sent, 2.0 kB of 1.0 GB, 0.0 s");
	});

	it("is told by its id where it has no name", () => {
		assert.match(describeLoad({ ...loaded, reference: "" }), /^sha256:abc: 1 of 12 layers sent/);
	});

	it("is told as well if nothing had to be sent", () => {
		assert.match(describeLoad({ ...loaded, layersSent: 0, bytesSent: 0 }), /: 0 of 12 layers sent, 0 B of/);
	});
});

describe("progress", () => {
	function progress(stepBytes: number) {
		const said: string[] = [];
		return { said, watch: new SendProgress((line) => said.push(line), stepBytes) };
	}

	it("is said once for each step, whatever the pieces", () => {
		const { said, watch } = progress(1000);
		watch.expects(3500);
		for (let sent = 0; sent < 3500; sent += 100) watch.sent(100);
		assert.deepEqual(said, ["Sent 1.0 kB of 3.5 kB", "Sent 2.0 kB of 3.5 kB", "Sent 3.0 kB of 3.5 kB"]);
	});

	it("is said once for a piece of many steps, and not at all for little", () => {
		const { said, watch } = progress(1000);
		watch.expects(9000);
		watch.sent(999);
		assert.deepEqual(said, []);
		watch.sent(8001);
		assert.deepEqual(said, ["Sent 9.0 kB of 9.0 kB"]);
	});

	it("counts what several loads send together", () => {
		const { said, watch } = progress(1000);
		watch.expects(600);
		watch.sent(600);
		watch.expects(600);
		watch.sent(600);
		assert.deepEqual(said, ["Sent 1.2 kB of 1.2 kB"]);
	});
});
