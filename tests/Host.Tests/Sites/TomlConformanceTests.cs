using System.Globalization;
using System.Text.Json;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Tests.Sites;

/// <summary>Every case of the public toml-test suite that lies beside the clone.</summary>
public sealed class TomlConformanceTests
{
    private const string Absent = "(../shared/toml-test is absent)";

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
        Assert.NotEmpty(problems.Items);
        Assert.All(problems.Items, problem => Assert.True(problem.At is { Line: > 0, Column: > 0 }, problem.ToString()));
    }

    private static (TomlTable Table, ProblemList Problems) Read(string kind, string name)
    {
        var problems = new ProblemList(TomlReader.MaxProblems);
        var bytes = File.ReadAllBytes(Path.Combine(RepoFolder.Shared("toml-test"), kind, name));
        return (TomlReader.Read(bytes, name, problems), problems);
    }

    private static TheoryData<string> Cases(string kind)
    {
        var folder = Path.Combine(RepoFolder.Shared("toml-test"), kind);
        if (!Directory.Exists(folder)) return [Absent];
        var files = Directory.EnumerateFiles(folder, "*.toml", SearchOption.AllDirectories);
        return [.. files.Select(file => Path.GetRelativePath(folder, file)).Order()];
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
