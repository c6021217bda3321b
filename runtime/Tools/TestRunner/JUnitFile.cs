using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Writes results as the XML of JUnit's Ant task, which CI systems read: <c>testsuites</c>, one <c>testsuite</c> per file, one
/// <c>testcase</c> per test, with a <c>failure</c> in those that failed. Times are in seconds. Keeps no state.
/// </summary>
internal static class JUnitFile
{
    /// <summary>Writes the file, replacing an existing one; creates its folder.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, string site, IReadOnlyList<TestResult> results)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        var suites = results.GroupBy(r => r.File).Select(file => Suite(site, file.Key, [.. file]));
        var form = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" };
        using var xml = XmlWriter.Create(path, form);
        new XElement("testsuites", Counts(results), suites).Save(xml);
    }

    private static XElement Suite(string site, string file, IReadOnlyList<TestResult> results) =>
        new("testsuite", new XAttribute("name", file), Counts(results), results.Select(r => new XElement(
            "testcase", new XAttribute("classname", ReplaceInvalid($"{site}.{Class(file)}")),
            new XAttribute("name", ReplaceInvalid(r.Name)), Seconds(r.Time),
            Failure(r.Failure))));

    private static XElement? Failure(string? text) =>
        text is null ? null : new("failure", new XAttribute("message", ReplaceInvalid(text.Split('\n')[0])), ReplaceInvalid(text));

    private static XAttribute[] Counts(IReadOnlyList<TestResult> results) =>
    [
        new("tests", results.Count), new("failures", results.Count(r => r.Failure is not null)), new("errors", 0), new("skipped", 0),
        Seconds(results.Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Time)),
    ];

    private static XAttribute Seconds(TimeSpan time) => new("time", time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));

    /// <summary>Converts tests/press.test.csx to tests.press.</summary>
    private static string Class(string file) =>
        file.Replace(".test.csx", "", StringComparison.Ordinal).Replace(".csx", "", StringComparison.Ordinal).Replace('/', '.');

    /// <summary>Replaces the characters that XML cannot contain.</summary>
    private static string ReplaceInvalid(string text) =>
        string.Concat(text.EnumerateRunes().Select(r => r.IsBmp && !XmlConvert.IsXmlChar((char)r.Value) ? Rune.ReplacementChar : r));
}
