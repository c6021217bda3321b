using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Tests the driver of values and times from payloads.</summary>
public class PayloadTests
{
    private const string Nested = """{"ts":1763712000,"values":{"a":1.5,"b":[10,{"c":"x"}],"a.b":true},"n":null}""";

    [Theory]
    [InlineData("p", "23", "Float64 23")]
    [InlineData("p", " -7 ", "Float64 -7")]
    [InlineData("p", "25.0", "Float64 25")]
    [InlineData("p", "9007199254740993", "Int 9007199254740993")]
    [InlineData("p", "-9007199254740993", "Int -9007199254740993")]
    [InlineData("p", "18446744073709551615", "UInt 18446744073709551615")]
    [InlineData("p", "1.0", "Float64 1")]
    [InlineData("p", "1e3", "Float64 1000")]
    [InlineData("p", "18446744073709551616", "Float64 1.8446744073709552E+19")]
    [InlineData("p", "true", "Bool TRUE")]
    [InlineData("p", "\"Größe \\u00b0\"", "Text Größe °")]
    [InlineData("p", "[1, 2.5, null, \"x\"]", "Array [1, 2.5, , x]")]
    [InlineData("p", "null", "BAD_DEVICE the payload contains null")]
    [InlineData("p", "1e999", "BAD_TYPE is a number outside the range of a 64-bit float")]
    [InlineData("p", "{}", "BAD_TYPE is an object: the address needs the path of a value in it")]
    [InlineData("p", "[[1]]", "BAD_TYPE is an array of arrays or objects: the address needs the path of a value in it")]
    [InlineData("p", "ON", "BAD_TYPE the payload is not JSON")]
    [InlineData("p", "", "BAD_TYPE the payload is not JSON")]
    [InlineData("p", "1 2", "BAD_TYPE the payload is not JSON")]
    [InlineData("p", "\"\\ud800\"", "BAD_TYPE the payload is not JSON")]
    [InlineData("p : $", "23", "Float64 23")]
    [InlineData("p : values.a", Nested, "Float64 1.5")]
    [InlineData("p : $.values.a", Nested, "Float64 1.5")]
    [InlineData("+ : $['values'][\"a.b\"]", Nested, "Bool TRUE")]
    [InlineData("# : values.b[0]", Nested, "Float64 10")]
    [InlineData("p : values.b[1].c", Nested, "Text x")]
    [InlineData("p : n", Nested, "BAD_DEVICE the payload contains null")]
    [InlineData("p : values", Nested, "BAD_TYPE is an object: the address needs the path of a value in it")]
    [InlineData("p : values.c", Nested, "untouched")]
    [InlineData("p : values.b[2]", Nested, "untouched")]
    [InlineData("p : values.a.x", Nested, "untouched")]
    [InlineData("q : values.a", Nested, "untouched")]
    [InlineData("p : values.a", "{\"values\":{\"a\":1.5", "BAD_TYPE the payload is not JSON")]
    [InlineData("p : a", "{\"a\":1,\"a\":2}", "Float64 2")]
    public void A_value_is_read_at_its_address(string address, string payload, string expected)
    {
        var buffer = new ScanBuffer([new Tag(0, "t", "lab")]);
        buffer.Reset(default);
        var isScan = Fill(buffer, payload, null, address);
        var sample = buffer.Samples[0];
        Assert.Equal(isScan, sample.Quality != Quality.BadComm);
        Assert.Equal(expected, !isScan ? "untouched"
            : sample.Quality == Quality.Good ? $"{sample.Value.Kind} {sample.Value}" : $"{sample.Quality.ToText()} {buffer.Reason(0)}");
    }

    [Theory]
    [InlineData("1763712000", "2025-11-21T08:00:00.0000000Z")]
    [InlineData("1763712000.25", "2025-11-21T08:00:00.2500000Z")]
    [InlineData("1763712000123", "2025-11-21T08:00:00.1230000Z")]
    [InlineData("1763712000123456", "2025-11-21T08:00:00.1234560Z")]
    [InlineData("1763712000123456789", "2025-11-21T08:00:00.1234567Z")]
    [InlineData("\"1763712000123\"", "2025-11-21T08:00:00.1230000Z")]
    [InlineData("\"2025-11-21 08:00:00\"", "2025-11-21T08:00:00.0000000Z")]
    [InlineData("\"2025-11-21T05:00:00\\u002d03:00\"", "2025-11-21T08:00:00.0000000Z")]
    [InlineData("\"2025-11-21T08:00:00.123Z\"", "2025-11-21T08:00:00.1230000Z")]
    [InlineData("\"2025-11-21T05:00:00-03:00\"", "2025-11-21T08:00:00.0000000Z")]
    [InlineData("\"2025-11-21T08:00:00\"", "2025-11-21T08:00:00.0000000Z")]
    [InlineData("\"yesterday\"", null)]
    [InlineData("-1", null)]
    [InlineData("1e300", null)]
    [InlineData("{}", null)]
    public void The_payloads_time_becomes_the_source_time_at_any_position(string time, string? expected)
    {
        foreach (var payload in (string[])[$$"""{"ts":{{time}},"a":1}""", $$"""{"a":1,"ts":{{time}}}"""])
        {
            var buffer = new ScanBuffer([new Tag(0, "t", "lab"), new Tag(1, "u", "lab")]);
            buffer.Reset(DateTime.UnixEpoch);
            var log = new CapturingPluginLog();
            Assert.True(Fill(buffer, payload, log, "p : a", "p : b"));
            Assert.Equal(expected ?? DateTime.UnixEpoch.ToString("O"), buffer.Samples[0].Time.ToString("O"));
            Assert.Equal(DateTime.UnixEpoch, buffer.Samples[1].Time);
            Assert.Equal(expected is null ? 1 : 0, log.Warnings.Count);
            if (time == "\"yesterday\"") Assert.Contains(time, log.Warnings[0], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("25", "Int 25")]
    [InlineData("25.0", "Int 25")]
    [InlineData("\"25\"", "Int 25")]
    [InlineData("9007199254740993", "Int 9007199254740993")]
    [InlineData("18446744073709551615", "UInt 18446744073709551615")]
    [InlineData("24.6", "BAD_TYPE 24.6 is not a 64-bit integer, which the type of the tag asks for")]
    [InlineData("\"23,5\"", "BAD_TYPE the text \"23,5\" is not a number; with decimal = \"comma\" the tag reads it as 23.5")]
    [InlineData("true", "BAD_TYPE TRUE is not a 64-bit integer, which the type of the tag asks for")]
    public void The_type_integer_makes_a_number_an_integer(string payload, string expected)
    {
        var address = MqttAddress.Parse(new TagDefinition("t", "p", "integer"), out _)!;
        var reader = new MessageReader([address], null, TimeZoneInfo.Utc, new CapturingPluginLog());
        var buffer = new ScanBuffer([new Tag(0, "t", "lab")]);
        buffer.Reset(default);
        reader.Fill(Message(payload), buffer);
        var sample = buffer.Samples[0];
        var isGood = sample.Quality == Quality.Good;
        var found = isGood ? $"{sample.Value.Kind} {sample.Value}" : $"{sample.Quality.ToText()} {buffer.Reason(0)}";
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("ON", "Text ON")]
    [InlineData("", "Text ")]
    [InlineData("{\"a\":1}", "Text {\"a\":1}")]
    public void A_text_payload_is_read_unchanged(string payload, string expected)
    {
        var address = MqttAddress.Parse(new TagDefinition("t", "p", "TEXT"), out _)!;
        var reader = new MessageReader([address], null, TimeZoneInfo.Utc, new CapturingPluginLog());
        var buffer = new ScanBuffer([new Tag(0, "t", "lab")]);
        for (var again = 0; again < 2; again++)
        {
            buffer.Reset(default);
            Assert.Equal(1, reader.Fill(Message(payload), buffer));
            Assert.Equal(expected, $"{buffer.Samples[0].Value.Kind} {buffer.Samples[0].Value}");
        }
    }

    [Fact]
    public void Steady_payloads_allocate_nothing()
    {
        MqttAddress[] addresses = [.. new[] { "p : values.a", "p : values.b[1].c", "+ : values['a.b']", "# : n" }
            .Select(a => MqttAddress.Parse(new TagDefinition("t", a), out _)!)];
        var reader = new MessageReader(addresses, JsonPath.Parse("ts", out _), TimeZoneInfo.Utc, new CapturingPluginLog());
        var buffer = new ScanBuffer([.. addresses.Select((_, i) => new Tag(i, $"t{i}", "lab"))]);
        var packet = Packet(Nested);
        for (var warm = 0; warm < 100; warm++) reader.Fill(ReceivedMessage.Parse(packet, ProtocolVersion.V311), buffer);
        Assert.Equal(0, AllocationMeter.ThreadBytes(0, () =>
        {
            for (var i = 0; i < 1000; i++) reader.Fill(ReceivedMessage.Parse(packet, ProtocolVersion.V311), buffer);
        }));
    }

    private static bool Fill(ScanBuffer buffer, string payload, CapturingPluginLog? log, params string[] addresses)
    {
        var parsed = addresses.Select(a => MqttAddress.Parse(new TagDefinition("t", a), out _)!).ToArray();
        var reader = new MessageReader(parsed, JsonPath.Parse("ts", out _), TimeZoneInfo.Utc, log ?? new CapturingPluginLog());
        return reader.Fill(Message(payload), buffer) > 0;
    }

    private static ReceivedMessage Message(string payload) => ReceivedMessage.Parse(Packet(payload), ProtocolVersion.V311);

    /// <summary>Creates a PUBLISH of 3.1.1 to topic "p" with QoS 0.</summary>
    private static byte[] Packet(string payload)
    {
        var content = Encoding.UTF8.GetBytes(payload);
        return [0x30, (byte)(3 + content.Length), 0, 1, (byte)'p', .. content];
    }
}
