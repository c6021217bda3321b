using System.Globalization;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

/// <summary>Tests the times of payloads and files, with examples and against the framework's own conversions.</summary>
public sealed class TimeTextTests
{
    private static readonly long s_first = TimeSpan.FromDays(4 * 365).Ticks;
    private static readonly long s_last = TimeSpan.FromDays(229 * 365).Ticks;
    private static readonly TimeZoneInfo s_madrid = TimeZoneInfo.FindSystemTimeZoneById("Europe/Madrid");

    [Theory]
    [InlineData("1496405345", "2017-06-02T12:09:05.0000000Z")]
    [InlineData("1496405345.25", "2017-06-02T12:09:05.2500000Z")]
    [InlineData("1.496405345e9", "2017-06-02T12:09:05.0000000Z")]
    [InlineData("1496405345123", "2017-06-02T12:09:05.1230000Z")]
    [InlineData("1496405345123456", "2017-06-02T12:09:05.1234560Z")]
    [InlineData("1496405345123456789", "2017-06-02T12:09:05.1234567Z")]
    [InlineData("99999999999", "5138-11-16T09:46:39.0000000Z")]
    [InlineData("100000000000", "1973-03-03T09:46:40.0000000Z")]
    [InlineData(" 0 ", "1970-01-01T00:00:00.0000000Z")]
    [InlineData("2017-06-02 12:09:05", "2017-06-02T10:09:05.0000000Z")]
    [InlineData("2017-12-02 12:09:05", "2017-12-02T11:09:05.0000000Z")]
    [InlineData("2017/06/02 12:09:05,5", "2017-06-02T10:09:05.5000000Z")]
    [InlineData("2017-06-02T12:09", "2017-06-02T10:09:00.0000000Z")]
    [InlineData("2017-06-02", "2017-06-01T22:00:00.0000000Z")]
    [InlineData("2017-06-02T12:09:05Z", "2017-06-02T12:09:05.0000000Z")]
    [InlineData("2017-06-02 12:09:05 UTC", "2017-06-02T12:09:05.0000000Z")]
    [InlineData("2017-06-02T12:09:05.123456789-03:00", "2017-06-02T15:09:05.1234567Z")]
    [InlineData("2017-06-02T12:09:05+0530", "2017-06-02T06:39:05.0000000Z")]
    [InlineData("2017-06-02 12:09:05 +02", "2017-06-02T10:09:05.0000000Z")]
    [InlineData("20170602T120905Z", "2017-06-02T12:09:05.0000000Z")]
    [InlineData("20170602T120905.5+02", "2017-06-02T10:09:05.5000000Z")]
    [InlineData("20170602120905", "2017-06-02T10:09:05.0000000Z")]
    [InlineData("20170602120905.123", "2017-06-02T10:09:05.1230000Z")]
    [InlineData("Fri, 02 Jun 2017 12:09:05 GMT", "2017-06-02T12:09:05.0000000Z")]
    [InlineData("\uFEFF2017-06-02T12:09:05Z\0", "2017-06-02T12:09:05.0000000Z")]
    public void A_time_is_the_instant_that_it_names(string text, string expected)
    {
        Assert.True(TimeText.TryParse(text, s_madrid, out var utc, out var problem), problem);
        Assert.Equal(expected, utc.ToString("O", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("yesterday", "is not a time")]
    [InlineData("-1", "is not a time")]
    [InlineData("1e300", "is not a time")]
    [InlineData("253402300800000000000", "is not a time")]
    [InlineData("06/02/2017 12:09:05", "is not a time")]
    [InlineData("02.06.2017 12:09:05", "is not a time")]
    [InlineData("2017-13-02T12:09:05Z", "is not a time")]
    [InlineData("2017-02-29 12:09:05", "is not a time")]
    [InlineData("2017-06-02T24:09:05Z", "is not a time")]
    [InlineData("2017-06-02T12:09:05.Z", "is not a time")]
    [InlineData("2017-06-02T12:09:05 CET", "is not a time")]
    [InlineData("2017-06-02T12:09:05Zx", "is not a time")]
    [InlineData("0001-01-01T00:00:00+01:00", "is not a time")]
    [InlineData("12:09:05", "is not a time")]
    [InlineData("20170602", "can be a date or a number")]
    [InlineData("201706021209", "can be a date or a number")]
    [InlineData("2026-03-29 02:30:00", "does not exist in Europe/Madrid")]
    [InlineData("2026-10-25 02:30:00", "occurs twice in Europe/Madrid")]
    [InlineData("", "is not a time")]
    [InlineData("1,5", "is not a time")]
    public void A_time_that_is_not_certain_is_refused_with_its_text(string text, string reason)
    {
        Assert.False(TimeText.TryParse(text, s_madrid, out _, out var problem));
        Assert.StartsWith($"\"{text}\" {reason}", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_form_of_an_instant_leads_back_to_it()
    {
        var zones = OneOf("UTC", "Europe/Madrid", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe")
            .Select(TimeZoneInfo.FindSystemTimeZoneById);
        Gen.Select(Gen.Long[s_first, s_last], zones).ForAll(
            (ticks, zone) =>
            {
                var utc = DateTime.UnixEpoch.AddTicks(ticks);
                var since = utc.Ticks - DateTime.UnixEpoch.Ticks;
                Check(utc, utc.ToString("O", CultureInfo.InvariantCulture));
                Check(utc, TimeZoneInfo.ConvertTime(new DateTimeOffset(utc), zone).ToString("O", CultureInfo.InvariantCulture));
                Check(utc, $"{since}00");
                Check(Cut(utc, 10), (since / 10).ToString(CultureInfo.InvariantCulture));
                Check(Cut(utc, 10_000), (since / 10_000).ToString(CultureInfo.InvariantCulture));
                Check(Cut(utc, 10_000_000), (since / 10_000_000).ToString(CultureInfo.InvariantCulture));
                var local = TimeZoneInfo.ConvertTimeFromUtc(utc, zone);
                var text = local.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture);
                if (!zone.IsAmbiguousTime(local)) Check(utc, text);
                else Assert.False(TimeText.TryParse(text, zone, out _, out _));

                void Check(DateTime expected, string form)
                {
                    var isTime = TimeText.TryParse(form, zone, out var found, out _);
                    var isRight = isTime ? found == expected && found.Kind == DateTimeKind.Utc : IsDate(form);
                    Assert.True(isRight, $"{form} in {zone.Id}: {found:O}");
                }
            },
            iter: 20_000);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static DateTime Cut(DateTime time, long unit) => time.AddTicks(-((time.Ticks - DateTime.UnixEpoch.Ticks) % unit));

    // Twelve digits of milliseconds in 1976 that are also a date.
    private static bool IsDate(string form) => form.Length == 12 && form[..2] is "19" or "20" or "21";
}
