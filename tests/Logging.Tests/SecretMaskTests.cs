using System.Net;
using System.Text;
using System.Text.Json;
using PlantRuntime.Conformance;

namespace PlantRuntime.Logging.Tests;

/// <summary>Secrets in texts of far ends: masked in each form, in each way into a file or onto a screen.</summary>
public sealed class SecretMaskTests
{
    // Unique in this process, in which the set of secrets is shared by all tests.
    private const string Secret = "q7#Zü\"k/+W x%9\\vQp-31";

    public SecretMaskTests() => SecretMask.Add(Secret);

    public static TheoryData<string> Forms =>
    [
        Secret,
        Uri.EscapeDataString(Secret),
        Uri.EscapeDataString(Secret).ToLowerInvariant().Replace("q7", "q7", StringComparison.Ordinal)
            .Replace("z", "Z", StringComparison.Ordinal).Replace("kw", "kW", StringComparison.Ordinal)
            .Replace("w%20", "W%20", StringComparison.Ordinal).Replace("vqp", "vQp", StringComparison.Ordinal),
        WebUtility.UrlEncode(Secret),
        WebUtility.HtmlEncode(Secret),
        JsonSerializer.Serialize(Secret).Trim('"'),
        JsonSerializer.Serialize(Secret, new JsonSerializerOptions
            { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })[1..^1],
        "q7#Z\\u00fc\\\"k/+W x%9\\\\vQp-31",
        "q7#Zü\\\"k\\/+W x%9\\\\vQp-31",
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Each_form_of_a_secret_is_masked(string form)
    {
        Assert.Equal("refused: *** (401)", LogText.Sanitize($"refused: {form} (401)"));
        Assert.Equal("******", LogText.Sanitize(form + form));
        var lines = new LogLines();
        using (var log = lines.Open(new ManualTimeProvider(), LogLevel.Debug))
        {
            log.Debug($"X reason=\"{form}\" error={new IOException(form)} plain={form} n={1}");
        }

        Assert.EndsWith("X reason=\"***\" error=\"System.IO.IOException: ***\" plain=*** n=1", Assert.Single(lines.All), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("us")]
    [InlineData("edge:")]
    [InlineData("plant:")]
    public void Base64_is_masked_wherever_the_secret_stands_in_it(string before)
    {
        foreach (var after in new[] { "", "x", "xy", "xyz" })
        {
            var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + Secret + after));
            Assert.Equal("Basic ***, refused", LogText.Sanitize($"Basic {text}, refused"));
            var url = text.TrimEnd('=').Replace('+', '-').Replace('/', '_');
            Assert.Equal("Basic ***.", LogText.Sanitize($"Basic {url}."));
        }
    }

    [Fact]
    public void A_part_that_a_limit_has_left_is_masked()
    {
        Assert.Equal("token ***…", LogText.Sanitize($"token {Secret[..5]}…"));
        Assert.Equal("token ***, and", LogText.Sanitize($"token {Secret[..12]}, and"));
        Assert.StartsWith(new string('x', LogText.MaxLength - 3) + "***… (", LogText.Sanitize(
            new string('x', LogText.MaxLength - 3) + Secret + " more"), StringComparison.Ordinal);
    }

    [Fact]
    public void Short_secrets_numbers_and_other_texts_stay()
    {
        SecretMask.Add("abc");
        SecretMask.Add("60417");
        Assert.Equal("abc q7#Z q7#Zü k", LogText.Sanitize("abc q7#Z q7#Zü k"));
        var text = "nothing in here";
        Assert.Same(text, LogText.Sanitize(text));
        Assert.Equal("*** of port", LogText.Sanitize("60417 of port"));
        var lines = new LogLines();
        using (var log = lines.Open(new ManualTimeProvider(), LogLevel.Debug)) log.Info($"X port={60417}");
        Assert.EndsWith("port=60417", Assert.Single(lines.All), StringComparison.Ordinal);
    }
}
