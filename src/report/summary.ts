import { describeCache } from "./cache-lines.ts";
import { describeSent } from "./load-lines.ts";
import { folded, plain, table } from "./markdown.ts";
import type { BuildReport, ImageReport, RunReport, TestReport } from "./report.ts";
import { renderSteps } from "./steps.ts";
import { countTests } from "./test-lines.ts";
import { humanBytes, humanSeconds } from "./units.ts";

// A runner drops a step's whole summary if it is over 1 MiB.
const mostRows = 50;
const mostTests = 100;
const longestCell = 200;
const longestProblem = 700;

/** The job summary of one run, as GitHub markdown; pure. What a reader wants first stands first. */
export function renderSummary(report: RunReport): string {
	const { cache, build, images, tests } = report;
	const failed = tests.flatMap(failuresIn);
	const lines = [
		`### ${report.succeeded ? "✅" : "❌"} ${cache.name === "" ? "Berth" : `Berth: ${plain(cache.name)}`}`,
		"",
		...table(["", ""], glance(report)),
		...table(["Failed test", "Image", "Config", "What is wrong"], failed.slice(0, mostRows)),
		...more(failed),
		...[...cache.problems, ...report.problems]
			.slice(0, mostRows)
			.map((line) => `> [!WARNING]\n> ${cell(line, longestProblem)}\n`),
		...folded("Each test", testTable(tests)),
		...folded(`Images (${images.length})`, images.length > 1 ? imageTable(images) : []),
		...folded(
			"Steps",
			build === null || build.steps.length === 0 ? [] : [renderSteps(build.steps, build.miss)],
		),
	];
	return lines.join("\n");
}

function glance({ cache, build, images, tests }: RunReport): string[][] {
	const rows: [string, string][] = [];
	if (build !== null) {
		rows.push(["Build", describeBuild(build)]);
		if (build.miss !== null) rows.push(["First miss", `${build.miss.step}: ${build.miss.detail}`]);
		if (build.imageId !== null) rows.push(["Image", [...build.tags, build.imageId].join(", ")]);
	}
	if (cache.outcome.kind !== "off") rows.push(["Cache", describeCache(cache)]);
	const loaded = describeImages(images);
	if (loaded !== undefined) rows.push(["Loaded", loaded]);
	if (tests.length > 0) rows.push(["Tests", describeTests(tests)]);
	return rows.map(([what, value]) => [`**${what}**`, cell(value)]);
}

function describeBuild({ succeeded, seconds, ranAgain, steps }: BuildReport): string {
	const cached = steps.filter(({ state }) => state === "cached").length;
	const reused = steps.length === 0 ? "" : `, ${cached} of ${steps.length} steps from the cache`;
	const again = ranAgain ? ", run again without a broken cache" : "";
	return `${succeeded ? "done" : "failed"} in ${humanSeconds(seconds)}${reused}${again}`;
}

function describeImages(images: readonly ImageReport[]): string | undefined {
	const [only] = images;
	if (only === undefined) return undefined;
	if (images.length === 1) return `${only.reference || only.id}: ${describeSent(only)}`;
	const total = (of: (image: ImageReport) => number) => images.reduce((sum, image) => sum + of(image), 0);
	const sent = `${total(({ layersSent }) => layersSent)} of ${total(({ layers }) => layers)} layers sent`;
	const bytes = `${humanBytes(total(({ bytesSent }) => bytesSent))} of ${humanBytes(total(({ bytes }) => bytes))}`;
	return `${images.length} images: ${sent}, ${bytes}`;
}

function describeTests(tests: readonly TestReport[]): string {
	const { passed, failed } = countTests(tests);
	return failed === 0 ? `${passed} passed` : `${failed} of ${passed + failed} failed`;
}

function failuresIn({ image, config, tests, problem }: TestReport): string[][] {
	const row = (what: string, line: number | null, wrong: string) => [
		`❌ ${cell(what)}`,
		cell(image),
		`${cell(config)}${line === null ? "" : `:${line}`}`,
		cell(wrong),
	];
	return [
		...(problem === null ? [] : [row("the whole config", problem.line, problem.reason)]),
		...tests
			.filter(({ passed }) => !passed)
			.map(({ name, errors, line }) => row(name, line, errors.join("; "))),
	];
}

function testTable(reports: readonly TestReport[]): string[] {
	const rows = reports.flatMap(({ image, config, tests, problem, seconds }) => [
		...(problem === null ? [] : [testRow(false, [problem.reason, image, config], seconds)]),
		...tests.map((test) => testRow(test.passed, [test.name, image, config], test.seconds)),
	]);
	return [...table(["Test", "Image", "Config", "Took"], rows.slice(0, mostTests)), ...more(rows, mostTests)];
}

function testRow(passed: boolean, words: readonly string[], seconds: number): string[] {
	const [test = "", ...where] = words.map((word) => cell(word));
	return [`${passed ? "✅" : "❌"} ${test}`, ...where, humanSeconds(seconds)];
}

function imageTable(images: readonly ImageReport[]): string[] {
	const rows = images.map((image) => [cell(image.reference || image.id), describeSent(image)]);
	return [...table(["Image", "Sent"], rows.slice(0, mostRows)), ...more(rows)];
}

function more(all: readonly unknown[], most = mostRows): string[] {
	return all.length > most ? [`… and ${all.length - most} more`, ""] : [];
}

function cell(text: string, longest = longestCell): string {
	return plain(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
