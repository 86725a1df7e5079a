/** What the tests of reading have in common: a place to write to, and what is said of an image that is none. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Digest } from "../../src/image/digest.ts";
import { type Image, sha256 } from "../../src/image/image.ts";
import { readImage } from "../../src/image/read-image.ts";
import type { Stretch } from "../../src/image/stretch.ts";
import { isUnfit, type Unfit } from "../../src/image/unfit.ts";
import { type FixtureDescriptor, type FixturePlatform, here, indexOf, types } from "./fixtures.ts";

/** A fresh directory for one test. */
export function scratch(t: TestContext): string {
	const dir = mkdtempSync(join(tmpdir(), "berth-image-"));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	return dir;
}

/** Reads an image that is sound. */
export async function readSound(path: string, wanted: FixturePlatform = here): Promise<Image> {
	const read = await readImage(path, wanted);
	assert.ok(!isUnfit(read), isUnfit(read) ? read.unfit : "");
	return read;
}

/** Reads something that is no image, and looks at what is said of it. */
export async function assertRefused(path: string, reason: RegExp, wanted = here): Promise<void> {
	assertUnfit(await readImage(path, wanted), reason);
}

/** It is unfit for this reason, said on one line that fits on a screen. */
export function assertUnfit<T extends object>(read: T | Unfit, reason: RegExp): void {
	assert.ok(isUnfit(read), "it was taken for sound");
	assert.match(read.unfit, reason);
	assertOneLine(read.unfit);
}

/** One line, without anything in it that a terminal would obey. */
export function assertOneLine(text: string): void {
	assert.ok(text.length < 1000, `${text.length} characters: ${text.slice(0, 200)}…`);
	assert.match(text, /^[^\p{Cc}\u2028\u2029]+$/u);
}

/** The bytes of a stretch. */
export function bytesOf({ path, offset, size }: Stretch): Buffer {
	return readFileSync(path).subarray(offset, offset + size);
}

/** An index that lies among the blobs. */
export function nestedIndex(
	manifests: readonly FixtureDescriptor[],
	mediaType: string = types.index,
): { readonly descriptor: FixtureDescriptor; readonly blob: readonly [Digest, Buffer] } {
	const content = indexOf(manifests);
	const digest = sha256(content);
	return { descriptor: { mediaType, digest, size: content.length }, blob: [digest, content] };
}
