import type { Engine } from "../engine/engine.ts";
import { Archive } from "./archive.ts";
import { asDescriptor, asDescriptors, type Descriptor, fields, parseJson } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { sha256 } from "./image.ts";
import { nameWasTaken, plainReason } from "./load-reply.ts";
import { bestMatch, type Platform } from "./platform.ts";
import type { Reference } from "./reference.ts";
import { inOnePiece } from "./signals.ts";
import { isUnfit } from "./unfit.ts";

/** What is to get a name, and for which platforms it is wanted. */
export type Content = {
	readonly digest: Digest;
	readonly reference: Reference;
	readonly platforms: readonly Platform[];
};

/** What came of it. `unknown`: the engine doesn't say what it has. */
export type Named =
	| { readonly kind: "named" | "lacking" | "unknown" }
	| { readonly kind: "failed"; readonly reason: string };

/**
 * Names an index or a manifest of which the containerd store has the content but no image, as its builder leaves what it
 * has pulled; if it has the name, that becomes the newest. The archive for this says what is meant and holds none of it:
 * the store takes it without its blobs (28.5; moby `daemon/containerd/image_exporter.go`, WithSkipMissing).
 */
export async function nameContent(engine: Engine, content: Content): Promise<Named> {
	const top = await readTop(engine, content.digest);
	if ("kind" in top) return top;
	const wanted = await wholeManifests(engine, top, content.platforms);
	if (wanted.length === 0) return { kind: "lacking" };
	return inOnePiece(() => upload(engine, { ...content, top, wanted }));
}

/** A blob of JSON, and what it is. */
type Top = { readonly descriptor: Descriptor; readonly parsed: Readonly<Record<string, unknown>> };

async function readTop(engine: Engine, digest: Digest): Promise<Top | Named> {
	const present = await engine.blobs([digest]);
	if (present?.has(digest) === false) return { kind: "lacking" };
	const bytes = present === undefined ? undefined : await engine.blob(digest);
	if (bytes === undefined || sha256(bytes) !== digest) return { kind: "unknown" };
	const parsed = fields(parseJson(bytes));
	// OCI allows both to leave out what they are.
	const plain = "manifests" in parsed ? "index" : "manifest";
	const mediaType = parsed["mediaType"] ?? `application/vnd.oci.image.${plain}.v1+json`;
	const descriptor = asDescriptor({ mediaType, digest, size: bytes.length });
	return isUnfit(descriptor) ? { kind: "unknown" } : { descriptor, parsed };
}

/** The manifests for the platforms, as far as the engine has all that is in them. */
async function wholeManifests(engine: Engine, top: Top, platforms: readonly Platform[]): Promise<Digest[]> {
	const whole: Digest[] = [];
	for (const digest of new Set(manifestsOf(top, platforms))) {
		const manifest = digest === top.descriptor.digest ? top : await readTop(engine, digest);
		const blobs = "kind" in manifest ? undefined : blobsIn(manifest);
		if (blobs === undefined) continue;
		const present = await engine.blobs(blobs);
		if (blobs.every((blob) => present?.has(blob))) whole.push(digest);
	}
	return whole;
}

function manifestsOf({ descriptor, parsed }: Top, platforms: readonly Platform[]): Digest[] {
	if (!("manifests" in parsed)) return [descriptor.digest];
	const listed = asDescriptors(parsed["manifests"]);
	if (isUnfit(listed)) return [];
	const images = listed.filter(({ attestation }) => !attestation);
	const offered = images.map(({ platform }) => platform);
	return platforms.flatMap((wanted) => images[bestMatch(offered, wanted) ?? -1]?.digest ?? []);
}

function blobsIn({ parsed }: Top): Digest[] | undefined {
	const config = asDescriptor(parsed["config"]);
	const layers = asDescriptors(parsed["layers"]);
	if (isUnfit(config) || isUnfit(layers)) return undefined;
	return [config, ...layers].map(({ digest }) => digest);
}

type Found = Content & { readonly top: Top; readonly wanted: readonly Digest[] };

async function upload(engine: Engine, { reference, top, wanted }: Found): Promise<Named> {
	const before = await engine.image(reference);
	const reply = await engine.load(archiveOf(top.descriptor, reference));
	// Another job did the same in the same moment.
	const error = nameWasTaken(reply) ? undefined : reply.error;
	if (error === undefined && (await isAvailable(engine, reference, wanted))) return { kind: "named" };
	if (before.kind === "absent") await engine.untag(reference);
	return error === undefined ? { kind: "lacking" } : { kind: "failed", reason: plainReason(error) };
}

// Some of it may have been collected since it was looked for; now it can't be any more.
async function isAvailable(engine: Engine, reference: string, wanted: readonly Digest[]): Promise<boolean> {
	const answer = await engine.image(reference);
	if (answer.kind !== "found") return false;
	const { manifests } = answer.image;
	// Before API 1.48 it isn't told.
	return (
		manifests?.some(({ digest, available }) => available && wanted.some((each) => each === digest)) ?? true
	);
}

function archiveOf({ mediaType, digest, size }: Descriptor, reference: Reference): Archive {
	const annotations = { "io.containerd.image.name": reference };
	const index = {
		schemaVersion: 2,
		mediaType: "application/vnd.oci.image.index.v1+json",
		manifests: [{ mediaType, digest, size, annotations }],
	};
	return new Archive([
		{ name: "oci-layout", content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
		{ name: "index.json", content: Buffer.from(JSON.stringify(index)) },
	]);
}
