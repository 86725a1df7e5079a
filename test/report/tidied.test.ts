import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderTidied } from "../../src/report/tidied.ts";

describe("the post step's summary", () => {
	it("is nothing where nothing was removed", () => {
		assert.equal(renderTidied("app", [], 0), "");
	});

	it("tells what was removed, largest first, and what that freed", () => {
		const removed = [
			{ kind: "clone", name: "app", bytes: 2_000_000 },
			{ kind: "berth", name: "old|one", bytes: 3_000_000_000 },
		];
		const text = renderTidied("app", removed, 2_500_000_000);
		assert.match(text, /^### 🧹 Berth: app: 2\.5 GB freed\n/);
		assert.match(text, /\| berth \| old&#124;one \| 3\.0 GB \|\n\| clone \| app \| 2\.0 MB \|/);
	});

	it("stays short", () => {
		const removed = Array.from({ length: 1000 }, (_, at) => ({ kind: "clone", name: `n${at}`, bytes: 1 }));
		const text = renderTidied("", removed, 1);
		assert.match(text, /… and 980 more/);
		assert.ok(text.length < 5000);
	});
});
