using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;
using PlantRuntime.Plugins.Mqtt.Topics;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Tests topic templates and the topics of published records.</summary>
public sealed class TopicTests : IDisposable
{
    private readonly SinkFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("plc/{site}/{device}", "plc/hall/press")]
    [InlineData("{device}/{device}", "press/press")]
    [InlineData("plain", "plain")]
    public void Placeholders_are_replaced_by_names(string template, string topic) =>
        Assert.Equal(topic, new TopicTemplate(template).Expand("hall", "press", ""));

    [Theory]
    [InlineData("a/b+c#d", "a_b_c_d")]
    [InlineData("nul\0 bell\a del\u007f none\uffff", "nul_ bell_ del_ none_")]
    [InlineData("°C 温度 🏭", "°C 温度 🏭")]
    public void A_name_becomes_one_legal_level(string name, string level) =>
        Assert.Equal(level, new TopicTemplate("{device}").Expand("s", name, ""));

    [Theory]
    [InlineData("", "is empty; for instance \"plant/{device}\"")]
    [InlineData("a/#", "has the wildcard '#' at column 3: a message is published to one topic")]
    [InlineData("a/{devcie}", "has the unknown name {devcie} at column 3: expected {site}, {device} or {tag}")]
    [InlineData("a/{device", "has an unmatched brace at column 3: expected {site}, {device} or {tag}")]
    [InlineData("a}", "has an unmatched brace at column 2: expected {site}, {device} or {tag}")]
    [InlineData("a\0", "contains a control character or half of a surrogate pair")]
    public void An_invalid_template_is_refused(string template, string problem) =>
        Assert.Equal(problem, TopicTemplate.Validate(template));

    [Fact]
    public async Task With_a_tag_in_the_topic_each_tag_is_a_message_of_its_bare_value()
    {
        var batch = Batches.Of(1, ("a", 1.5, Quality.Good), ("b/c",
            "x\"y", Quality.Good), ("d", true, Quality.Stale), ("e", Value.Null, Quality.BadRange));
        batch.Add(Batches.Start, "press", "{\"p\":1}"u8);
        Assert.Equal(
            ["t/press/a 1.5", "t/press/b_c \"x\\\"y\"", "t/press/d true", "t/press/e null", "rest/press {\"p\":1}"],
            await PublishedAsync("t/{device}/{tag}", "rest/{device}", batch));
    }

    [Fact]
    public async Task Without_a_fallback_a_record_without_the_name_is_rejected_and_named()
    {
        var batch = Batches.Counting(1, 0, 1);
        batch.Add(Batches.Start, "press", "{}"u8);
        var error = await Assert.ThrowsAsync<RejectedException>(() => PublishedAsync("t/{tag}", null, batch));
        Assert.Equal("the topic t/{tag} needs a tag, and the record has none: set fallback_topic for such records", error.Message);
        Assert.Equal([1], error.Indexes);

        batch = Batches.Counting(2, 0, 1);
        batch.Add(Batches.Start, "", "{}"u8);
        error = await Assert.ThrowsAsync<RejectedException>(() => PublishedAsync("t/{device}", null, batch));
        Assert.StartsWith("the topic t/{device} needs a device", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await PublishedAsync("t/{device}", "rest", batch)).Count);
    }

    [Fact]
    public void All_invalid_options_are_reported()
    {
        static IEnumerable<string> Keys(MqttSinkOptions options) => options.Validate().Select(p => p.Key);
        Assert.Empty(Keys(new MqttSinkOptions { Host = "b", Topic = "plc/{device}", Tls = new TlsOptions { Ca = "ca.crt" } }));
        Assert.Equal(
            ["host", "version", "client_id", "tls", "keep_alive", "session_expiry", "topic", "fallback_topic", "will", "timeout"],
            Keys(new MqttSinkOptions
            {
                Host = " ", Version = "5", ClientId = "", Topic = "#", FallbackTopic = "{x}", Tls = new TlsOptions { Key = "k" },
                Will = new WillOptions { Topic = "+" }, KeepAlive = TimeSpan.Zero, Timeout = TimeSpan.Zero,
                    SessionExpiry = TimeSpan.FromDays(-1),
            }));
        Assert.Equal(["password"], Keys(new MqttSinkOptions { Host = "b", Topic = "t", Version = "3.1.1", Password = new Secret("p") }));
        Assert.Equal((1883, 8883), (new MqttSinkOptions { Host = "b", Topic = "t" }.PortOrDefault, new MqttSinkOptions { Host = "b",
            Topic = "t", Tls = new TlsOptions() }.PortOrDefault));
    }

    private async Task<List<string>> PublishedAsync(string topic, string? fallback, RecordBatch batch)
    {
        var published = new List<string>();
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Publish) published.Add($"{packet.Topic} {packet.Payload}");
            connection.Reply(packet);
        };
        await using var sink = await _fixture.ConnectAsync(
            new MqttSinkOptions { Host = "127.0.0.1", Port = _fixture.Broker.Port, Topic = topic, FallbackTopic = fallback });
        await sink.WriteAsync(batch, default);
        return published;
    }
}
