using System.Text;
using System.Text.Json;
using PlantRuntime.Testing.Records;

namespace PlantRuntime.Testing.Tests;

/// <summary>Equality of values, and the paths of fields that differ.</summary>
public sealed class ComparisonTests
{
    [Theory]
    [InlineData("""{"a":0.3}""", """{"a":0.30000000000000004}""", "")]
    [InlineData("""{"a":1}""", """{"a":1.0}""", "")]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", "")]
    [InlineData("""{"a":"é"}""", """{"a":"\u00e9"}""", "")]
    [InlineData("""{"t":1767225600000}""", """{"t":1767225600001}""", "t: 1767225600000 / 1767225600001")]
    [InlineData("""{"a":12.5}""", """{"a":12.500001}""", "a: 12.5 / 12.500001")]
    [InlineData("""{"a":1}""", """{"a":"1"}""", "a: 1 / \"1\"")]
    [InlineData("""{"a":0}""", """{"a":false}""", "a: 0 / false")]
    [InlineData("""{"a":null}""", """{}""", "a: null / (none)")]
    [InlineData("""{"a":{"b":{"c":1}}}""", """{"a":{"b":2}}""", "a.b: {\"c\":1} / 2")]
    [InlineData("""{"a":[{"b":1}]}""", """{"a":[{"b":2},3]}""", "a[0].b: 1 / 2, a[1]: (none) / 3")]
    public void Fields_that_differ_are_named(string expected, string actual, string differences)
    {
        var found = JsonComparison.Differences(Parse(expected), Parse(actual), isWhole: false);
        Assert.Equal(differences, string.Join(", ", found.Select(d => $"{d.Path}: {d.Expected} / {d.Actual}")));
    }

    private static JsonElement Parse(string text) => Json.Parse(Encoding.UTF8.GetBytes(text));
}
