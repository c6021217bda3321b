using System.Buffers;
using System.Text;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Influx.Tests.Testing;
using PlantRuntime.Plugins.Influx;
using PlantRuntime.Plugins.Influx.Line;

namespace PlantRuntime.Influx.Tests;

public sealed class LineTests
{
    private const string Head = "press,site=press-hall,device=press";
    private const string Time = "1795248000123000000";

    [Fact]
    public void A_scan_is_a_line()
    {
        var line = Write(
            new() { Url = "", Database = "d" },
            ("a", 1.5, Quality.Good), ("b", true, Quality.Good), ("c", 7, Quality.Good), ("t", "L \"7\"", Quality.Good));
        Assert.Equal($"{Head} a=1.5,b=true,c=7i,t=\"L \\\"7\\\"\" {Time}\n", line);
    }

    [Theory]
    [InlineData(BadValues.Mark, $"{Head} a=1i,b_quality=\"STALE\",c_quality=\"BAD_COMM\" {Time}\n")]
    [InlineData(BadValues.Keep, $"{Head} a=1i,b=2i,b_quality=\"STALE\",c_quality=\"BAD_COMM\" {Time}\n")]
    [InlineData(BadValues.Skip, $"{Head} a=1i {Time}\n")]
    public void Bad_values_go_as_the_site_says(BadValues badValues, string line)
    {
        var options = new InfluxOptions { Url = "", Database = "d", BadValues = badValues };
        Assert.Equal(line, Write(options, ("a", 1, Quality.Good), ("b", 2, Quality.Stale), ("c", Value.Null, Quality.BadComm)));
    }

    [Fact]
    public void Unsigned_integers_and_own_names_and_tags_are_written()
    {
        var options = new InfluxOptions
        {
            Url = "", Org = "o", Bucket = "b", Measurement = "line 1", Tags = { ["tenant"] = "client A" }, Precision = Precision.S,
        };
        Assert.Equal(
            "line\\ 1,site=press-hall,device=press,tenant=client\\ A u=18446744073709551615u,time_=1i 1795248000\n",
            Write(options, ("u", ulong.MaxValue, Quality.Good), ("time", 1, Quality.Good)));
    }

    [Fact]
    public void Random_names_and_texts_stay_in_their_line()
    {
        const int Seed = 20261121;
        var chance = new Random(Seed);
        for (var i = 0; i < 2000; i++)
        {
            var (name, text) = (RandomText.Of(chance), RandomText.Of(chance));
            var options = new InfluxOptions { Url = "", Database = "d", Tags = { ["k" + name] = "v" + name } };
            var point = Assert.Single(LineParser.Parse(Write(options, (name, text, Quality.Good))));
            var context = $"seed {Seed}, round {i}: {HexOf(name)} {HexOf(text)}";
            Assert.True(point.Fields is [var field] && field.Value == text && IsNearly(field.Key, PointWriter.FieldOf(name)), context);
            var (tag, value) = point.Tags.Last();
            Assert.True(point.Tags.Count == 3 && IsNearly(tag, "k" + name) && IsNearly(value, "v" + name), context);
        }

        // Only a backslash may have become something else.
        static bool IsNearly(string found, string name) => found.Replace('\\', '/') == name.Replace('\\', '/');
        static string HexOf(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void Times_before_1970_and_beyond_64_bits_have_a_count()
    {
        Assert.Equal(-1, Timestamps.Of(DateTime.UnixEpoch.AddTicks(-1), Precision.S));
        Assert.Equal(-100, Timestamps.Of(DateTime.UnixEpoch.AddTicks(-1), Precision.Ns));
        Assert.Equal(long.MaxValue, Timestamps.Of(DateTime.MaxValue, Precision.Ns));
        Assert.Equal(long.MinValue, Timestamps.Of(DateTime.MinValue, Precision.Ns));
    }

    [Fact]
    public void Options_that_make_no_sense_are_all_named()
    {
        var options = new InfluxOptions
        {
            Url = "http://host:8086/write?db=x",
            Org = "o",
            User = "u:v",
            Tags = { ["site"] = "x", ["empty"] = "", ["_x"] = "y" },
            Measurement = "#1",
        };
        string[] keys = ["url", "database", "org", "user", "user", "measurement", "tags", "tags", "tags"];
        Assert.Equal(keys, options.Validate().Select(p => p.Key));
        var second = new InfluxOptions { Url = "https://host", Bucket = "b", Database = "d", RetentionPolicy = "r", User = "u" };
        Assert.Equal(["org", "database", "retention_policy", "user"], second.Validate().Select(p => p.Key));
        Assert.Empty(new InfluxOptions { Url = "http://host:8086", Database = "d" }.Validate());
        Assert.Empty(new InfluxOptions { Url = "http://host:8086/influx", Bucket = "b", Org = "o", Token = new Secret("t") }.Validate());
    }

    private static string Write(InfluxOptions options, params IReadOnlyList<(string, Value, Quality)> samples)
    {
        var output = new ArrayBufferWriter<byte>();
        var lines = new RecordLines(new PointWriter(output, options, "press-hall", ""), options.BadValues, options.Payloads);
        Assert.True(lines.Write(Batches.Of(1, samples)[0]));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
