using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>Tests the conversion of a driver's values by the settings of the tag.</summary>
public sealed class ScanGroupTests
{
    private static readonly TagModel s_plain = SiteParts.Tag("a");
    private static readonly TagModel s_comma = SiteParts.Tag("a") with { Decimal = DecimalSeparator.Comma };
    private static readonly TagModel s_scaled = SiteParts.Tag("a") with { Scale = 10 };
    private static readonly TagModel s_limited = SiteParts.Tag("a") with { Low = 0, High = 0.1 };

    [Fact]
    public void Text_is_a_number_only_where_a_number_is_wanted()
    {
        Assert.Equal("Text 23.5", Read(s_plain, "23.5"));
        Assert.Equal("Float64 235", Read(s_scaled, "23.5"));
        Assert.Equal("Float64 0.1", Read(s_limited, " 0.1\r\n"));
        Assert.Equal("Float64 23.5", Read(SiteParts.Tag("a") with { Decimal = DecimalSeparator.Point }, "23.5"));
        Assert.Equal("Float64 23.5", Read(s_comma, "23,5"));
        Assert.Equal("Float64 1234.5", Read(s_comma, "1.234,5"));
        Assert.Equal("Int 9007199254740993", Read(s_comma, "9007199254740993"));
    }

    [Fact]
    public void Text_that_does_not_fit_is_bad_with_the_text_in_the_reason()
    {
        const string Hint = "; with decimal = \"comma\" the tag reads it as 23.5";
        Assert.Equal($"BAD_TYPE the text \"23,5\" is not a number{Hint}", Read(s_scaled, "23,5"));
        Assert.Equal("BAD_TYPE the text \"1,2,3\" is not a number", Read(s_scaled, "1,2,3"));
        Assert.Equal("BAD_TYPE the text \"1.234\" is not a number with a decimal comma", Read(s_comma, "1.234"));
        Assert.Equal("BAD_TYPE the text \"NaN\" is not a number", Read(s_limited, "NaN"));
    }

    [Fact]
    public void A_tag_that_is_always_bad_allocates_its_reason_once()
    {
        var group = Group(s_scaled);
        Value text = "23,5";
        Accept(group, text);
        Assert.Equal(0, AllocationMeter.ThreadBytes(0, () =>
        {
            for (var i = 0; i < 100; i++) Accept(group, text);
        }));
    }

    [Fact]
    public void A_single_is_scaled_and_limited_as_a_single()
    {
        Assert.Equal("Float32 1", Read(s_scaled, 0.1f));
        Assert.Equal("Float32 0.1", Read(s_limited, 0.1f));
        Assert.Equal("BAD_RANGE outside its range in the tag table", Read(s_limited, 0.10001f));
        Assert.Equal("Int 9007199254740993", Read(SiteParts.Tag("a") with { Scale = 1 }, 9007199254740993));
    }

    private static string Read(TagModel model, Value value)
    {
        var group = Group(model);
        Accept(group, value);
        var sample = group.Samples[0];
        return sample.Quality == Quality.Good
            ? $"{sample.Value.Kind} {sample.Value}"
            : $"{sample.Quality.ToText()} {group.Buffer.Reason(0)}";
    }

    private static ScanGroup Group(TagModel model) => new([(model, new Tag(0, "a", "plc"))], TimeSpan.FromSeconds(1));

    private static void Accept(ScanGroup group, Value value)
    {
        group.Buffer.Reset(default);
        group.Buffer.Good(0, value);
        group.AcceptSamples(now: 0);
    }
}
