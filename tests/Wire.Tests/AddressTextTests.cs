namespace PlantRuntime.Wire.Tests;

public class AddressTextTests
{
    [Fact]
    public void Words_and_separators_are_taken_one_by_one_and_errors_name_their_column()
    {
        var text = new AddressText("  7/holding:12x ");
        Assert.True(text.TryReadUntil('/', out var unit));
        Assert.Equal((7, 3), (text.ParseNumber(unit, 0, 255, "a unit id"), text.Column));
        Assert.False(text.TryReadUntil('/', out _));
        Assert.Equal(("holding", 5), (text.ReadWhile(char.IsAsciiLetter), text.Column));
        Assert.False(text.TrySkip('.'));
        Assert.True(text.TrySkip(':'));
        Assert.Equal("12", text.ReadWhile(char.IsAsciiDigit));
        Assert.Equal((13, 15), (text.Error("a word").Column, text.ErrorAtNext("what follows").Column));
        Assert.Equal("x", text.ReadWhile(_ => true));
        Assert.True(text.AtEnd);
        Assert.Equal("", text.ReadWhile(_ => true));
    }

    [Theory]
    [InlineData("", "an offset is missing: a number from 1 to 9")]
    [InlineData("0", "'0' is not an offset: a number from 1 to 9")]
    [InlineData("10", "'10' is not an offset: a number from 1 to 9")]
    [InlineData("-1", "'-1' is not an offset: a number from 1 to 9")]
    [InlineData("99999999999999999999", "'99999999999999999999' is not an offset: a number from 1 to 9")]
    public void A_number_out_of_bounds_is_none(string word, string expected) =>
        Assert.Equal(expected,
            Assert.Throws<BadAddressException>(() => new AddressText(word).ParseNumber(word, 1, 9, "an offset")).Message);
}
