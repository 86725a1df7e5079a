import type { CleanInputs, DiskAmount } from "./inputs.ts";

/** A disk at a moment, in bytes. */
export type DiskLevel = { readonly totalBytes: number; readonly usedBytes: number };

/** Something that may go when a disk is full, and what of the disk comes free with it. */
export type Candidate = { readonly bytes: number; readonly lastUsedMs: number };

/** What goes, least recently used first; why the rest stays; and the bytes that are missing still. */
export type WatermarkPlan<C extends Candidate> = {
	readonly going: readonly C[];
	readonly staying: readonly C[];
	readonly reason: string;
	readonly missingBytes: number;
};

/** An amount of a disk in bytes. */
export function bytesOf(amount: DiskAmount, { totalBytes }: Pick<DiskLevel, "totalBytes">): number {
	return amount.kind === "bytes" ? amount.bytes : Math.floor((totalBytes * amount.percent) / 100);
}

/**
 * Plans to bring a disk from above the high watermark down to the low one. `goingBytes` come free in any case, and count.
 * Pure, so that a dry run and the real one say the same: it rests on what each thing is expected to free.
 */
export function planWatermarks<C extends Candidate>(
	candidates: readonly C[],
	disk: DiskLevel,
	{ watermarks: { high, low }, goingBytes }: Levels,
): WatermarkPlan<C> {
	const usedPercent = Math.floor((100 * disk.usedBytes) / Math.max(1, disk.totalBytes));
	if (disk.usedBytes <= bytesOf(high, disk)) {
		const reason = `the engine's disk is ${usedPercent} % full, not above the high watermark (${amountText(high)})`;
		return { going: [], staying: candidates, reason, missingBytes: 0 };
	}
	let missingBytes = disk.usedBytes - goingBytes - bytesOf(low, disk);
	const going: C[] = [];
	const staying: C[] = [];
	for (const each of candidates.toSorted((one, other) => one.lastUsedMs - other.lastUsedMs)) {
		(missingBytes > 0 ? going : staying).push(each);
		if (missingBytes > 0) missingBytes -= each.bytes;
	}
	const reason = `the disk is down to the low watermark (${amountText(low)}) without it`;
	return { going, staying, reason, missingBytes: Math.max(0, missingBytes) };
}

type Levels = {
	readonly watermarks: NonNullable<CleanInputs["watermarks"]>;
	readonly goingBytes: number;
};

/** An amount as it is written: `85%`, `200000000000B`. */
function amountText(amount: DiskAmount): string {
	return amount.kind === "percent" ? `${amount.percent}%` : `${amount.bytes}B`;
}
