using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Tests payloads as they occur in the field: words that JSON does not allow, padding, topic levels, arrays of readings.</summary>
public class ReadingTests
{
    private const string NotFinite = "BAD_DEVICE";
    private const string NotValue = "BAD_TYPE";

    [Theory]
    [InlineData("""{"t":NaN,"h":41.5}""", NotFinite)]
    [InlineData("""{"h":41.5,"t":nan}""", NotFinite)]
    [InlineData("""{"t": -Infinity ,"h":41.5}""", NotFinite)]
    [InlineData("""{"t":+inf,"h":41.5}""", NotFinite)]
    [InlineData("""{"t":-nan(ind),"h":41.5}""", NotFinite)]
    [InlineData("""{"t":1.#QNAN,"h":41.5}""", NotFinite)]
    [InlineData("""{"x":"NaN, \" ]","y":[NaN],"t":INF,"h":41.5}""", NotFinite)]
    [InlineData("""{"t":None,"h":41.5}""", NotValue)]
    [InlineData("""{"t":,"h":41.5}""", NotValue)]
    [InlineData("""{"h":41.5,"t":}""", NotValue)]
    [InlineData("""{"t":007,"h":41.5}""", NotValue)]
    [InlineData("""{"t":.5,"h":41.5}""", NotValue)]
    [InlineData("""{"t":ovf,"h":41.5}""", NotValue)]
    public void A_word_that_is_no_json_makes_one_tag_bad_and_the_others_stay_good(string payload, string expected)
    {
        var reader = new PayloadFixture("p : t", "p : h");
        // The second message takes another way, because the first has shown that the topic has such words.
        for (var again = 0; again < 2; again++) Assert.Equal($"t0={expected} t1=41.5", reader.Read(payload));
        Assert.Equal("t0=1 t1=2", reader.Read("""{"t":1,"h":2}"""));
    }

    [Theory]
    [InlineData("nan", "t0=BAD_DEVICE")]
    [InlineData("-Infinity", "t0=BAD_DEVICE")]
    [InlineData("[1,NaN,3]", "t0=[1, , 3]")]
    [InlineData("[1,abc,3]", "t0=BAD_TYPE")]
    [InlineData("{\"a\":NaN", "t0=BAD_TYPE")]
    [InlineData("{a:NaN}", "t0=BAD_TYPE")]
    [InlineData("1,5", "t0=BAD_TYPE")]
    [InlineData("\"NaN", "t0=BAD_TYPE")]
    [InlineData("\uFEFF23.5\0", "t0=23.5")]
    [InlineData("23\0\0\0", "t0=23")]
    [InlineData("2\03\0", "t0=BAD_TYPE")]
    public void A_payload_is_read_or_bad_as_a_whole(string payload, string expected) =>
        Assert.Equal(expected, new PayloadFixture("p").Read(payload));

    [Fact]
    public void A_text_is_read_without_a_byte_order_mark_and_nul_characters()
    {
        var address = MqttAddress.Parse(new TagDefinition("t", "p", "text"), out _)!;
        Assert.Equal("t0=ON", new PayloadFixture([address], null).Read("\uFEFFON\0\0"));
    }

    [Fact]
    public void A_bare_word_is_no_time()
    {
        var reader = new PayloadFixture("p : v") { Time = "ts" };
        Assert.Equal("t0=1", reader.Read("""{"ts":NaN,"v":1}"""));
        Assert.Single(reader.Log.Warnings);
    }

    [Fact]
    public void Levels_of_the_topic_are_values_of_tags()
    {
        var reader = new PayloadFixture(
            "rooms/+/temp", "rooms/+/temp : $topic[1]", "rooms/# : $topic[-1]", "# : $topic", "rooms/+/temp : $topic[7]");
        Assert.Equal("t0=21.5 t1=kitchen t2=temp t3=rooms/kitchen/temp", reader.Read("21.5", "rooms/kitchen/temp"));
        Assert.Equal("t3=other", reader.Read("x", "other"));
        Assert.Equal("", new PayloadFixture("a : v", "a : $topic").Read("""{"other":1}""", "a"));
    }

    [Theory]
    [InlineData("p : $topic[x]", 11)]
    [InlineData("p : $topic1", 11)]
    [InlineData("p : a[*].b[*]", 11)]
    public void A_wrong_part_of_the_topic_or_a_second_array_is_refused_at_its_column(string address, int column)
    {
        Assert.Null(MqttAddress.Parse(new TagDefinition("t", address), out var problem));
        Assert.Equal(column, problem!.Column);
    }

    [Fact]
    public void An_array_of_timed_readings_is_one_scan_for_each()
    {
        var reader = new PayloadFixture("p : readings[*].v", "p : readings[*].q", "p : serial", "p : $topic") { Time = "readings[*].ts" };
        Assert.Equal(
            ["t0=20 t2=S7 t3=p @08:00:00", "t0=21 t1=ok t2=S7 t3=p @08:00:01", "t0=BAD_DEVICE t2=S7 t3=p @08:00:02"],
            reader.ReadAll("""
                {"readings":[{"ts":1763712000,"v":20},{"v":21,"q":"ok","ts":1763712001},{},{"ts":1763712002,"v":null}],"serial":"S7"}
                """));
        Assert.Equal(["t2=S8 t3=p"], reader.ReadAll("""{"readings":[],"serial":"S8"}"""));
        Assert.Equal([], reader.ReadAll("""{"readings":[]}"""));
        Assert.Equal(["t0=BAD_TYPE t1=BAD_TYPE t2=BAD_TYPE t3=p"], reader.ReadAll("""{"readings":[{"v":1},"""));
    }

    [Fact]
    public void Arrays_beside_each_other_and_a_whole_payload_are_readings()
    {
        var beside = new PayloadFixture("p : v[*]") { Time = "t[*]" };
        Assert.Equal(["t0=20 @08:00:00", "t0=21 @08:00:01"], beside.ReadAll("""{"v":[20,21],"t":[1763712000,1763712001]}"""));
        var whole = new PayloadFixture("p : $[*].v") { Time = "$[*].ts" };
        Assert.Equal(["t0=1 @08:00:00", "t0=2 @08:00:01", "t0=3 @08:00:02"],
            whole.ReadAll("""[{"ts":1763712000,"v":1},{"ts":1763712001,"v":2},{"ts":1763712002,"v":3}]"""));
        var shared = new PayloadFixture("p : v[*]") { Time = "ts" };
        Assert.Equal(["t0=1 @08:00:00", "t0=BAD_DEVICE @08:00:00"], shared.ReadAll("""{"v":[1,NaN],"ts":1763712000}"""));
    }

    [Fact]
    public void A_message_with_very_many_readings_is_read_and_its_memory_is_released()
    {
        var reader = new PayloadFixture("p : $[*]");
        Assert.Equal(50_000, reader.ReadAll($"[{string.Join(',', Enumerable.Range(0, 50_000))}]").Count);
        Assert.Equal(["t0=7"], reader.ReadAll("[7]"));
    }

    [Fact]
    public void Steady_payloads_with_bare_words_and_readings_allocate_nothing()
    {
        var reader = new PayloadFixture("p : r[*].v", "p : r[*].w") { Time = "r[*].ts" };
        var packet = PayloadFixture.Packet("""{"r":[{"ts":1763712000,"v":1.5,"w":NaN},{"ts":1763712001,"v":2.5,"w":3}]}""", "p");
        for (var warm = 0; warm < 100; warm++) reader.Run(packet);
        Assert.Equal(0, AllocationMeter.ThreadBytes(0, () =>
        {
            for (var i = 0; i < 1000; i++) reader.Run(packet);
        }));
    }

    /// <summary>A payload reader whose scans are formatted as text: "t0=1.5 t1=BAD_TYPE @08:00:00".</summary>
    private sealed class PayloadFixture(MqttAddress[] addresses, string? time)
    {
        private readonly ScanBuffer _buffer = new([.. addresses.Select((_, i) => new Tag(i, $"t{i}", "lab"))]);
        private MessageReader? _reader;

        public PayloadFixture(params string[] addresses)
            : this([.. addresses.Select(a => MqttAddress.Parse(new TagDefinition("t", a), out _)!)], null)
        {
        }

        public string? Time { get; init; } = time;

        public CapturingPluginLog Log { get; } = new();

        public static byte[] Packet(string payload, string topic)
        {
            var content = Encoding.UTF8.GetBytes(payload);
            var body = (byte[])[0, (byte)topic.Length, .. Encoding.UTF8.GetBytes(topic), .. content];
            var length = new byte[4];
            var count = VariableInteger.Write(length, body.Length);
            return [0x30, .. length.AsSpan(0, count), .. body];
        }

        public string Read(string payload, string topic = "p") => ReadAll(payload, topic).SingleOrDefault("");

        public IReadOnlyList<string> ReadAll(string payload, string topic = "p")
        {
            var scans = new List<string>();
            var count = Begin(Packet(payload, topic));
            for (var i = 0; i < count; i++)
            {
                scans.Add(Format());
                _buffer.Reset(default);
                Assert.Equal(i + 1 < count, _reader!.TryFillNext(_buffer));
            }

            return scans;
        }

        public void Run(byte[] packet)
        {
            for (var more = Begin(packet) > 0; more; more = _reader!.TryFillNext(_buffer)) _buffer.Reset(default);
        }

        private int Begin(byte[] packet)
        {
            _reader ??= new MessageReader(addresses, Time is null ? null : JsonPath.Parse(Time, out _), TimeZoneInfo.Utc, Log);
            _buffer.Reset(default);
            return _reader.Fill(ReceivedMessage.Parse(packet, ProtocolVersion.V311), _buffer);
        }

        private string Format()
        {
            var tags = Enumerable.Range(0, _buffer.Count).Where(_buffer.IsSet).Select(i => _buffer.Samples[i]).ToList();
            Assert.All(tags, t => Assert.Equal(_buffer.SourceTime ?? default, t.Time));
            var text = string.Join(' ', tags.Select(t => $"{t.Tag.Name}={(t.Quality == Quality.Good ? t.Value : t.Quality.ToText())}"));
            return _buffer.SourceTime is { } at ? $"{text} @{at:HH:mm:ss}" : text;
        }
    }
}
