using System.Globalization;
using System.Text.Json;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Toml;
using Xunit.Abstractions;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>Reads every case of the public toml-test suite that lies beside the clone.</summary>
public sealed class TomlConformanceTests(ITestOutputHelper output)
{
    private const string Absent = "(../shared/toml-test is absent)";

    // Invalid in TOML 1.0, which the suite's list is of; valid since TOML 1.1: times without seconds, and \xHH.
    private static readonly string[] s_validSince11 = ["local-datetime/no-secs.toml", "string/basic-byte-escapes.toml"];

    public static TheoryData<string> Valid() => Cases("valid");

    public static TheoryData<string> Invalid() => Cases("invalid");

    [SkippableTheory]
    [MemberData(nameof(Valid))]
    public void A_valid_document_means_what_its_json_says(string name)
    {
        Skip.If(name == Absent, Absent);
        var (table, problems) = Read("valid", name);
        Assert.Empty(problems.Items);
        var json = File.ReadAllText(Path.Combine(RepoFolder.Shared("toml-test"), "valid", Path.ChangeExtension(name, ".json")));
        AssertEqual(JsonDocument.Parse(json).RootElement, table, name);
    }

    [SkippableTheory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_document_is_refused_with_line_and_column(string name)
    {
        Skip.If(name == Absent, Absent);
        var (_, problems) = Read("invalid", name);
        if (s_validSince11.Contains(name))
        {
            Assert.Empty(problems.Items);
            return;
        }

        Assert.NotEmpty(problems.Items);
        Assert.All(problems.Items, problem => Assert.True(problem.At is { Line: > 0, Column: > 0 }, problem.ToString()));
    }

    [SkippableFact]
    public void All_cases_but_those_that_TOML_1_1_allows_are_decided_as_the_suite_says()
    {
        Skip.If(!Directory.Exists(RepoFolder.Shared("toml-test")), Absent);
        var (valid, invalid) = (Names("valid"), Names("invalid"));
        var accepted = valid.Count(name => Read("valid", name).Problems.Count == 0);
        var refused = invalid.Count(name => Read("invalid", name).Problems.Count > 0);
        output.WriteLine($"toml-test: {accepted} of {valid.Length} valid accepted, {refused} of {invalid.Length} invalid refused");
        Assert.Equal((valid.Length, invalid.Length - s_validSince11.Length), (accepted, refused));
    }

    private static (TomlTable Table, ProblemList Problems) Read(string kind, string name)
    {
        var problems = new ProblemList(TomlReader.MaxProblems);
        var bytes = File.ReadAllBytes(Path.Combine(RepoFolder.Shared("toml-test"), kind, name));
        return (TomlReader.Read(bytes, name, problems), problems);
    }

    private static TheoryData<string> Cases(string kind) => Directory.Exists(RepoFolder.Shared("toml-test")) ? [.. Names(kind)] : [Absent];

    private static string[] Names(string kind)
    {
        var folder = Path.Combine(RepoFolder.Shared("toml-test"), kind);
        var files = Directory.EnumerateFiles(folder, "*.toml", SearchOption.AllDirectories);
        return [.. files.Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    private static void AssertEqual(JsonElement expected, TomlValue actual, string path)
    {
        if (expected.ValueKind == JsonValueKind.Array)
        {
            var items = Assert.IsType<TomlArray>(actual).Items;
            Assert.Equal(expected.GetArrayLength(), items.Count);
            foreach (var (i, item) in items.Index()) AssertEqual(expected[i], item, $"{path}[{i}]");
        }
        else if (actual is TomlTable table)
        {
            Assert.Equal(expected.EnumerateObject().Select(p => p.Name).Order(), table.Entries.Select(e => e.Key).Order());
            foreach (var entry in table.Entries) AssertEqual(expected.GetProperty(entry.Key), entry.Value, $"{path}.{entry.Key}");
        }
        else
        {
            var text = expected.GetProperty("value").GetString()!;
            var (type, equal) = Compare(text, actual);
            Assert.Equal(expected.GetProperty("type").GetString(), type);
            Assert.True(equal, $"{path}: expected {text}, found {actual.Kind}");
        }
    }

    private static (string Type, bool Equal) Compare(string expected, TomlValue actual) => actual switch
    {
        TomlString text => ("string", text.Text == expected),
        TomlInteger integer => ("integer", integer.Value == long.Parse(expected, CultureInfo.InvariantCulture)),
        TomlBoolean boolean => ("bool", boolean.Value == bool.Parse(expected)),
        TomlFloat number => ("float", number.Value.Equals(ParseFloat(expected))),
        TomlDateTime { DateTimeKind: TomlDateTimeKind.LocalDate } date => ("date-local", date.Value == ParseTime(expected)),
        TomlDateTime { DateTimeKind: TomlDateTimeKind.LocalTime } time =>
            ("time-local", SameMillisecond(time.Value, ParseTime("0001-01-01T" + expected))),
        TomlDateTime { DateTimeKind: TomlDateTimeKind.Local } local =>
            ("datetime-local", SameMillisecond(local.Value, ParseTime(expected))),
        TomlDateTime moment => ("datetime", SameMoment(moment, DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture))),
        _ => (actual.Kind, false),
    };

    private static double ParseFloat(string text) => text.TrimStart('+', '-') switch
    {
        "inf" => text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
        "nan" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private static DateTime ParseTime(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);

    private static bool SameMoment(TomlDateTime moment, DateTimeOffset expected) =>
        moment.Offset == expected.Offset && SameMillisecond(moment.Value, expected.DateTime);

    private static bool SameMillisecond(DateTime a, DateTime b) =>
        a.Ticks / TimeSpan.TicksPerMillisecond == b.Ticks / TimeSpan.TicksPerMillisecond;
}
