using System.Text.Json;
using CsCheck;
using PlantRuntime.Conformance;

namespace PlantRuntime.Logging.Tests;

/// <summary>Log lines as JSON: the same fields with the same values as in the text.</summary>
public sealed class JsonLogTargetTests
{
    [Fact]
    public void A_line_is_an_object_with_its_fields_as_keys()
    {
        var lines = Write(log => log.Warn(
            $"RETRY sink={"broker"} reason=\"{"no \"route\" to\nhost\\"}\" failures={3} waiting={18204L} sleep={4.5:0.#}s device={"007"}"));
        Assert.Equal(
            """
            {"time":"2026-01-01T00:00:00.000Z","level":"warn","event":"RETRY","sink":"broker","reason":"no \"route\" to\nhost\\","failures":3,"waiting":18204,"sleep":"4.5s","device":"007"}
            """, Assert.Single(lines));
    }

    [Theory]
    [InlineData("STOPPING", "{}")]
    [InlineData("OK device=\"a b\" sample=[x=1 y=\"2 ]\" z] cycle=3.5ms", """
        {"device":"a b","sample":"[x=1 y=\"2 ]\" z]","cycle":"3.5ms"}
        """)]
    [InlineData("RECIPES taken=3 of=200", """{"taken":3,"of":200}""")]
    [InlineData("A time=5 level=x event=y n=1 n=-2", """{"time_2":5,"level_2":"x","event_2":"y","n":1,"n_2":-2}""")]
    [InlineData("A two words k=v and \"more of it", """{"k":"v","text":"two words and \"more of it"}""")]
    [InlineData("A empty= quoted=\"\" zeros=007 big=12345678901234567890 part=\"x\"y", """
        {"empty":"","quoted":"","zeros":"007","big":"12345678901234567890","part":"\"x\"y"}
        """)]
    public void Every_line_is_valid_json_with_unique_keys(string text, string expected)
    {
        using var line = JsonDocument.Parse(JsonLogTarget.From(LogLevel.Error, $"2026-11-30T01:02:03.004Z ERROR {text}"));
        var fields = line.RootElement.EnumerateObject().Skip(3).ToDictionary(p => p.Name, p => p.Value.GetRawText());
        using var wanted = JsonDocument.Parse(expected);
        Assert.Equal(wanted.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText()), fields);
        Assert.Equal(("error", text.Split(' ')[0]),
            (line.RootElement.GetProperty("level").GetString(), line.RootElement.GetProperty("event").GetString()));
    }

    [Fact]
    public void Any_value_comes_back_as_it_is_in_the_text() => Gen.String[0, 40].ForAll(value =>
    {
        var text = new RecentLines(1);
        var json = new RecentLines(1);
        using (var log = new PlantLog(new ManualTimeProvider(), LogLevel.Info, text, new JsonLogTarget(json)))
            log.Info($"EVENT reason=\"{value}\" other={value} last=1");
        var read = LogLineReader.Read(text.After(0)[0].Line["2026-01-01T00:00:00.000Z INFO  EVENT ".Length..]);
        using var line = JsonDocument.Parse(json.After(0)[0].Line);
        foreach (var (key, wanted) in read)
        {
            var found = line.RootElement.GetProperty(key);
            Assert.Equal(wanted, found.ValueKind == JsonValueKind.Number ? found.GetRawText() : found.GetString());
        }
    });

    [Fact]
    public void Secrets_stay_masked()
    {
        SecretMask.Add("hunter2-and-more");

        // Not a constant: the compiler would make it a part of the literal, which is not masked.
        var reason = string.Concat("401 for ", "hunter2-and-more".AsSpan());
        var line = Assert.Single(Write(log => log.Error($"DOWN sink=web reason=\"{reason}\"")));
        Assert.Contains("\"reason\":\"401 for ***\"", line, StringComparison.Ordinal);
    }

    private static List<string> Write(Action<PlantLog> write)
    {
        var lines = new RecentLines(10);
        using (var log = new PlantLog(new ManualTimeProvider(), LogLevel.Info, new JsonLogTarget(lines))) write(log);
        return [.. lines.After(0).Select(l => l.Line)];
    }
}
