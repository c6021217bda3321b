using PlantRuntime.Host.Cli;

namespace PlantRuntime.Host.Tests;

/// <summary>Text in columns of a terminal: two for CJK characters, none for combining marks.</summary>
public class TerminalTextTests
{
    [Theory]
    [InlineData("abc", 3)]
    [InlineData("°C", 2)]
    [InlineData("プレス", 6)]
    [InlineData("e\u0301te\u0301", 3)]
    [InlineData("😀", 2)]
    [InlineData("한글", 4)]
    [InlineData("a\u200Bb", 2)]
    [InlineData("", 0)]
    public void The_width_of_a_text_is_that_on_a_terminal(string text, int width) => Assert.Equal(width, TerminalText.Width(text));

    [Theory]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdef", 4, "abc…")]
    [InlineData("プレス機", 8, "プレス機")]
    [InlineData("プレス機", 7, "プレス…")]
    [InlineData("プレス機", 6, "プレ… ")]
    [InlineData("😀😀", 3, "😀…")]
    [InlineData("e\u0301te\u0301s", 3, "e\u0301t…")]
    [InlineData("abc", 1, "…")]
    [InlineData("abc", 0, "")]
    public void A_text_is_cut_between_characters_and_fills_its_column(string text, int width, string expected) =>
        Assert.Equal(expected, TerminalText.Fit(text, width));

    [Fact]
    public void A_number_is_padded_from_the_left() => Assert.Equal("  12", TerminalText.Fit("12", 4, isRight: true));

    [Theory]
    [InlineData("", 10, "")]
    [InlineData("no answer from the device", 10, "no answer|from the|device")]
    [InlineData("no answer", 9, "no answer")]
    [InlineData("abcdefghij", 4, "abcd|efgh|ij")]
    [InlineData("a bcdefghij", 4, "a|bcde|fghi|j")]
    [InlineData("プレス機の故障", 5, "プレ|ス機|の故|障")]
    [InlineData("プ", 1, "プ")]
    [InlineData("😀", 1, "😀")]
    public void A_reason_is_wrapped_at_spaces_and_nothing_of_it_is_lost(string text, int width, string expected)
    {
        var lines = TerminalText.Wrap(text, width);
        Assert.Equal(expected, string.Join('|', lines));
        Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), string.Concat(lines).Replace(" ", "", StringComparison.Ordinal));
    }
}
