using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Testing.Records;

namespace PlantRuntime.Testing.Tests;

/// <summary>The pairs of expected and actual records in a table of differences.</summary>
public sealed class RecordAlignmentTests
{
    [Theory]
    [InlineData("abc", "abc", "aa bb cc")]
    [InlineData("abc", "axc", "aa bx cc")]
    [InlineData("abc", "abbc", "aa bb -b cc")]
    [InlineData("abc", "ac", "aa b- cc")]
    [InlineData("", "ab", "-a -b")]
    [InlineData("ab", "", "a- b-")]
    [InlineData("abcd", "cd", "a- b- cc dd")]
    public void A_missing_or_additional_record_stands_alone(string expected, string actual, string pairs) =>
        Assert.Equal(pairs, string.Join(' ', Align(expected, actual).Select(p => $"{At(expected, p.Expected)}{At(actual, p.Actual)}")));

    [Fact]
    public void Every_record_stands_once_and_in_order()
    {
        var records = Gen.String[Gen.Char["abc"], 0, 12];
        Gen.Select(records, records).ForAll((expected, actual) =>
        {
            var pairs = Align(expected, actual);
            Assert.Equal(Enumerable.Range(0, expected.Length), pairs.Where(p => p.Expected is not null).Select(p => p.Expected!.Value));
            Assert.Equal(Enumerable.Range(0, actual.Length), pairs.Where(p => p.Actual is not null).Select(p => p.Actual!.Value));
        });
    }

    private static IReadOnlyList<(int? Expected, int? Actual)> Align(string expected, string actual) =>
        RecordAlignment.Align(expected.Length, actual.Length, (e, a) => expected[e] == actual[a]);

    private static char At(string text, int? index) => index is { } i ? text[i] : '-';
}
