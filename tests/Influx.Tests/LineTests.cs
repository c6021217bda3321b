using System.Buffers;
using System.Globalization;
using System.Text;
using CsCheck;
using PlantRuntime.Conformance;
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

    private static CultureInfo Culture => CultureInfo.InvariantCulture;

    [Fact]
    public void A_scan_is_a_line()
    {
        var line = Write(
            new() { Url = "", Database = "d" },
            ("a", 1.5, Quality.Good), ("b", true, Quality.Good), ("c", 7, Quality.Good), ("t", "L \"7\"", Quality.Good));
        Assert.Equal($"{Head} a=1.5,b=true,c=7i,t=\"L \\\"7\\\"\" {Time}\n", line);
    }

    [Theory]
    [InlineData(BadSamplePolicy.Mark, $"{Head} a=1i,b_quality=\"STALE\",c_quality=\"BAD_COMM\" {Time}\n")]
    [InlineData(BadSamplePolicy.Keep, $"{Head} a=1i,b=2i,b_quality=\"STALE\",c_quality=\"BAD_COMM\" {Time}\n")]
    [InlineData(BadSamplePolicy.Skip, $"{Head} a=1i {Time}\n")]
    public void Bad_values_go_as_the_site_says(BadSamplePolicy badValues, string line)
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
    public void Any_names_and_texts_stay_in_their_line() =>
        Gen.Select(RandomText.Gen, RandomText.Gen).ForAll(
            (name, text) =>
            {
                var options = new InfluxOptions { Url = "", Database = "d", Tags = { ["k" + name] = "v" + name } };
                var point = Assert.Single(LineParser.Parse(Write(options, (name, text, Quality.Good))));
                var field = Assert.Single(point.Fields);
                Assert.Equal((text, WithoutBackslash(PointWriter.FieldNameOf(name))), (field.Value, WithoutBackslash(field.Key)));
                Assert.Equal(3, point.Tags.Count);
                var (tag, value) = point.Tags.Last();
                Assert.Equal((WithoutBackslash("k" + name), WithoutBackslash("v" + name)),
                    (WithoutBackslash(tag), WithoutBackslash(value)));

                // Only a backslash may have become something else.
                static string WithoutBackslash(string name) => name.Replace('\\', '/');
            },
            iter: 2000);

    [Fact]
    public void Any_number_is_read_back_exactly() =>
        Gen.Select(Gen.Long, Gen.ULong, Gen.Double.Where(double.IsFinite), Gen.Float.Where(float.IsFinite)).ForAll(
            (signed, unsigned, wide, single) =>
            {
                var options = new InfluxOptions { Url = "", Org = "o", Bucket = "b" };
                var line = Write(
                    options,
                    ("l", signed, Quality.Good), ("u", unsigned, Quality.Good), ("d", wide, Quality.Good), ("f", single, Quality.Good));
                var fields = Assert.Single(LineParser.Parse(line)).Fields.ToDictionary();
                Assert.Equal((signed, unsigned), (long.Parse(fields["l"], Culture), ulong.Parse(fields["u"], Culture)));
                Assert.Equal((wide, single), (double.Parse(fields["d"], Culture), float.Parse(fields["f"], Culture)));
            },
            iter: 2000);

    [Fact]
    public void Times_before_1970_and_beyond_64_bits_have_a_count()
    {
        Assert.Equal(-1, Timestamps.From(DateTime.UnixEpoch.AddTicks(-1), Precision.S));
        Assert.Equal(-100, Timestamps.From(DateTime.UnixEpoch.AddTicks(-1), Precision.Ns));
        Assert.Equal(long.MaxValue, Timestamps.From(DateTime.MaxValue, Precision.Ns));
        Assert.Equal(long.MinValue, Timestamps.From(DateTime.MinValue, Precision.Ns));
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
