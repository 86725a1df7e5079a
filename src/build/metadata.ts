/** What buildx reported about a finished build. */
export type BuildMetadata = Readonly<{
	/** Digest of the image's config, or of its manifest or index where the exporter names no single config. */
	imageId?: string;
	/** Digest of the manifest or index. */
	digest?: string;
	/** The image's names, comma-separated as buildx joins them. */
	imageName?: string;
	/** The report as written, or empty if it was no JSON object. */
	raw: string;
}>;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Reads the text of buildx's `--metadata-file`; whatever is malformed in it is as if absent. */
export function parseMetadata(text: string): BuildMetadata {
	const report = jsonObject(text);
	if (report === undefined) return { raw: "" };
	const digest = digestIn(report, "containerimage.digest");
	// The same choice as buildx's --iidfile, which docker/build-push-action's `imageid` is read from.
	const imageId = digestIn(report, "containerimage.config.digest") ?? digest;
	const imageName = report["image.name"];
	return {
		...(imageId === undefined ? {} : { imageId }),
		...(digest === undefined ? {} : { digest }),
		...(typeof imageName === "string" && imageName !== "" ? { imageName } : {}),
		raw: text.trim(),
	};
}

function jsonObject(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}

function digestIn(report: Record<string, unknown>, key: string): string | undefined {
	const value = report[key];
	return typeof value === "string" && DIGEST.test(value) ? value : undefined;
}
