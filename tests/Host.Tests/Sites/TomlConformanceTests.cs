using System.Globalization;
using System.Text.Json;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Sites.Toml;

namespace PlantRuntime.Host.Tests.Sites;

/// <summary>Every case of the public TOML 1.0 suite.</summary>
public class TomlConformanceTests
{
    private static readonly string s_folder = Path.Combine(Repository.Shared, "toml-test");

    public static TheoryData<string> Valid => Cases("valid");

    public static TheoryData<string> Invalid => Cases("invalid");

    [SkippableTheory]
    [MemberData(nameof(Valid))]
    public void A_valid_document_has_the_values_that_it_says(string name)
    {
        Skip.If(name == "absent", $"{s_folder} is not there");
        var problems = new List<Problem>();
        var root = TomlReader.Read(File.ReadAllBytes(Path.Combine(s_folder, name)), name, problems);
        Assert.Empty(problems);
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(Path.Combine(s_folder, name), ".json")));
        AssertSame(expected.RootElement, root);
    }

    [SkippableTheory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_document_is_refused_with_its_place(string name)
    {
        Skip.If(name == "absent", $"{s_folder} is not there");
        var problems = new List<Problem>();
        TomlReader.Read(File.ReadAllBytes(Path.Combine(s_folder, name)), name, problems);
        Assert.NotEmpty(problems);
        Assert.All(problems, p => Assert.True(p.At is { Line: > 0, Column: > 0 } && p.Message.Length > 0, p.ToString()));
    }

    private static TheoryData<string> Cases(string kind)
    {
        var folder = Path.Combine(s_folder, kind);
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.toml", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(s_folder, f)).Order(StringComparer.Ordinal)]
            : ["absent"];
    }

    private static void AssertSame(JsonElement expected, TomlNode actual)
    {
        if (actual is TomlTable table)
        {
            Assert.Equal(expected.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal), table.Entries.Select(e => e.Key).Order(StringComparer.Ordinal));
            foreach (var entry in table.Entries) AssertSame(expected.GetProperty(entry.Key), entry.Value);
        }
        else if (actual is TomlArray array)
        {
            Assert.Equal(expected.GetArrayLength(), array.Items.Count);
            foreach (var (item, node) in expected.EnumerateArray().Zip(array.Items)) AssertSame(item, node);
        }
        else
        {
            var (type, value) = (expected.GetProperty("type").GetString()!, expected.GetProperty("value").GetString()!);
            Assert.True(IsSame(type, value, actual), $"expected {type} {value}, found {actual.Kind}");
        }
    }

    private static bool IsSame(string type, string value, TomlNode actual) => (type, actual) switch
    {
        ("string", TomlString text) => text.Text == value,
        ("integer", TomlInteger number) => number.Number == long.Parse(value, CultureInfo.InvariantCulture),
        ("bool", TomlBoolean truth) => truth.IsTrue == bool.Parse(value),
        ("float", TomlFloat number) => number.Number.Equals(ParseFloat(value)),
        ("datetime", TomlDateTime { Date: { } date, Time: { } time, Offset: { } offset }) =>
            Milliseconds(new DateTimeOffset(date.ToDateTime(time), offset).UtcTicks) == Milliseconds(DateTimeOffset.Parse(value, CultureInfo.InvariantCulture).UtcTicks),
        ("datetime-local", TomlDateTime { Date: { } date, Time: { } time, Offset: null }) =>
            Milliseconds(date.ToDateTime(time).Ticks) == Milliseconds(DateTime.Parse(value, CultureInfo.InvariantCulture).Ticks),
        ("date-local", TomlDateTime { Date: { } date, Time: null }) => date == DateOnly.Parse(value, CultureInfo.InvariantCulture),
        ("time-local", TomlDateTime { Date: null, Time: { } time }) => Milliseconds(time.Ticks) == Milliseconds(TimeOnly.Parse(value, CultureInfo.InvariantCulture).Ticks),
        _ => false,
    };

    private static long Milliseconds(long ticks) => ticks / TimeSpan.TicksPerMillisecond;

    private static double ParseFloat(string value) => value.TrimStart('+', '-') switch
    {
        "inf" => value[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
        "nan" => double.NaN,
        _ => double.Parse(value, CultureInfo.InvariantCulture),
    };
}
