using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Jsonl;

namespace PlantRuntime.Jsonl.Tests;

/// <summary>Encodes generated records and reads the lines back with the framework's JSON parser.</summary>
public sealed class LineEncoderTests
{
    private static readonly Gen<string> s_text =
        Gen.OneOf("\\", "\"", "\n", "\r", "\t", "\0", "\u2028", "\u007f", "{", "}", "°C", "温度", "🏭", "a", " ").Array[0, 12]
            .Select(pieces => string.Concat(pieces));

    private static readonly Gen<Value> s_value = Gen.OneOf(
        Gen.Bool.Select(v => (Value)v), Gen.Long.Select(v => (Value)v), Gen.ULong.Select(v => (Value)v),
        Gen.Double.Where(double.IsFinite).Select(v => (Value)v), Gen.Float.Where(float.IsFinite).Select(v => (Value)v),
        s_text.Select(v => (Value)v));

    [Fact]
    public void Any_record_is_one_line_that_is_read_back_exactly()
    {
        // One buffer for all cases, as a sink has it: nothing of an earlier batch may remain.
        var buffer = new LineEncoder();
        Gen.Select(s_text, s_value).Array[1, 20].ForAll(
            samples =>
            {
                var batch = Batches.Empty(1);
                foreach (var (name, value) in samples) batch.AddScan(Batches.Start, ("t" + name, value, Quality.Good));
                var lines = Encoding.UTF8.GetString(buffer.Write(batch)).Split('\n');
                Assert.Equal(samples.Length + 1, lines.Length);
                Assert.Equal("", lines[^1]);
                foreach (var ((name, value), line) in samples.Zip(lines))
                {
                    using var document = JsonDocument.Parse(line);
                    var tag = Assert.Single(document.RootElement.GetProperty("tags").EnumerateObject());
                    Assert.Equal(("t" + name, Expected(value)), (tag.Name, Read(value, tag.Value)));
                }
            },
            iter: 500);
    }

    private static object Expected(Value value) => value.Kind switch
    {
        ValueKind.Bool => value.Bool,
        ValueKind.Int => value.Int,
        ValueKind.UInt => value.UInt,
        ValueKind.Float32 => (float)value.Number,
        ValueKind.Float64 => value.Number,
        _ => value.Text,
    };

    private static object Read(Value written, JsonElement value) => written.Kind switch
    {
        ValueKind.Bool => value.GetBoolean(),
        ValueKind.Int => value.GetInt64(),
        ValueKind.UInt => value.GetUInt64(),
        ValueKind.Float32 => float.Parse(value.GetRawText(), CultureInfo.InvariantCulture),
        ValueKind.Float64 => value.GetDouble(),
        _ => value.GetString()!,
    };
}
