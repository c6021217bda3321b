using NATS.Client.JetStream.Models;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Nats.Tests.Testing;

namespace PlantRuntime.Nats.Tests;

/// <summary>Creates and verifies streams, and handles what a stream refuses.</summary>
[Trait("Needs", "Server")]
public sealed class NatsStreamTests(NatsServerFixture server) : IClassFixture<NatsServerFixture>, IDisposable
{
    private readonly NatsSinkFixture _sinks = new();
    private readonly string _name = $"S{Guid.NewGuid():N}";

    private string Address => $"127.0.0.1:{server.Port}";

    [SkippableFact]
    public async Task A_missing_stream_is_created_as_configured()
    {
        var options = Options(new NatsStreamOptions
        {
            Name = _name, MaxAge = TimeSpan.FromDays(7), MaxSize = new ByteSize(1 << 20), MaxMessages = 1000,
            DuplicateWindow = TimeSpan.FromMinutes(10), RefuseWhenFull = true,
        });
        await (await _sinks.ConnectAsync(options)).DisposeAsync();

        var created = await StoredStream.ConfigAsync(Address, _name);
        Assert.Equal([$"{_name}.*.*"], created.Subjects);
        Assert.Equal((TimeSpan.FromDays(7), 1L << 20, 1000L), (created.MaxAge, created.MaxBytes, created.MaxMsgs));
        Assert.Equal((TimeSpan.FromMinutes(10), StreamConfigDiscard.New), (created.DuplicateWindow, created.Discard));

        // The same options accept it.
        await (await _sinks.ConnectAsync(options)).DisposeAsync();
    }

    [SkippableFact]
    public async Task An_existing_stream_that_differs_is_an_error_that_names_every_difference_and_stays_as_it_is()
    {
        await StoredStream.CreateAsync(Address, new StreamConfig(_name, [$"{_name}.>"]) { MaxAge = TimeSpan.FromHours(1) });
        var problem = await _sinks.WhyNotConnectedAsync(Options(new NatsStreamOptions
        {
            Name = _name, Subjects = [$"{_name}.*.*"], MaxAge = TimeSpan.FromDays(1), MaxMessages = 5,
        }));

        Assert.Contains($"subjects is {_name}.>, not {_name}.*.*", problem, StringComparison.Ordinal);
        Assert.Contains("max_age is 01:00:00, not 1.00:00:00", problem, StringComparison.Ordinal);
        Assert.Contains("max_messages is unlimited, not 5", problem, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(1), (await StoredStream.ConfigAsync(Address, _name)).MaxAge);

        // Keys that are not given may have any value.
        await (await _sinks.ConnectAsync(Options(new NatsStreamOptions { Name = _name }))).DisposeAsync();
    }

    [SkippableFact]
    public async Task A_stream_that_does_not_take_the_subjects_or_must_not_be_created_is_an_error()
    {
        var missing = await _sinks.WhyNotConnectedAsync(Options(new NatsStreamOptions { Name = _name, Create = false }));
        Assert.Contains($"stream {_name} does not exist", missing, StringComparison.Ordinal);
        await StoredStream.CreateAsync(Address, new StreamConfig(_name, [$"{_name}.press-hall.other"]));
        var uncovered = await _sinks.WhyNotConnectedAsync(Options(new NatsStreamOptions { Name = _name }));
        Assert.Contains($"does not take the subjects {_name}.*.*", uncovered, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_full_stream_that_refuses_keeps_the_batch_waiting_and_stores_it_once_there_is_room()
    {
        await StoredStream.CreateAsync(
            Address, new StreamConfig(_name, [$"{_name}.>"]) { MaxMsgs = 4, Discard = StreamConfigDiscard.New });
        await using var sink = await _sinks.ConnectAsync(Options(new NatsStreamOptions { Name = _name }));
        var batch = Batches.Counting(1, 0, 6);
        var full = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(batch, default));
        Assert.Contains("maximum messages exceeded", full.Message, StringComparison.Ordinal);
        Assert.Equal(4, (await StoredStream.ReadAsync(Address, _name)).Count);

        await StoredStream.PurgeAsync(Address, _name);
        await sink.WriteAsync(batch, default);
        Assert.Equal(["4", "5"], (await StoredStream.ReadAsync(Address, _name))
            .Select(m => Assert.Single(JsonLine.Samples(m.Payload)).Value));
    }

    [SkippableFact]
    public async Task A_record_longer_than_the_streams_limit_is_rejected_and_the_others_are_stored()
    {
        await StoredStream.CreateAsync(Address, new StreamConfig(_name, [$"{_name}.>"]) { MaxMsgSize = 1000 });
        await using var sink = await _sinks.ConnectAsync(Options(new NatsStreamOptions { Name = _name }));
        var batch = Batches.Counting(1, 0, 1);
        batch.AddScan(Batches.Start, ("long", new string('x', 2000), Quality.Good));
        batch.AddCounting(1, 1);
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));

        Assert.Equal([1], refusal.Indexes);
        Assert.True(refusal.OthersAreStored);
        Assert.Contains("message size exceeds maximum", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await StoredStream.ReadAsync(Address, _name)).Count);
    }

    [SkippableFact]
    public async Task Each_tag_gets_its_own_subject_without_characters_that_have_a_meaning()
    {
        await using var sink = await _sinks.ConnectAsync(Options(new NatsStreamOptions { Name = _name }, "{device}.{tag}"));
        var batch = Batches.Of(1, ("AI 1.x", 5, Quality.Good), ("a>*", true, Quality.Good));
        await sink.WriteAsync(batch, default);
        await sink.WriteAsync(batch, default);

        Assert.Equal(
            [new($"{_name}.press.AI_1_x", $"{batch[0].Id}-0", "5"), new($"{_name}.press.a__", $"{batch[0].Id}-1", "true")],
            await StoredStream.ReadAsync(Address, _name));
    }

    [SkippableFact]
    public async Task The_doctor_tells_whether_the_stream_is_there_and_creates_nothing()
    {
        var options = Options(new NatsStreamOptions { Name = _name, MaxMessages = 5 });
        var steps = await SinkSteps.RunAsync(_sinks.Open(options));
        Assert.Equal(["server ok", "stream ok"], steps.Outcomes());
        Assert.Contains("does not exist yet", steps[1].Found, StringComparison.Ordinal);

        await StoredStream.CreateAsync(Address, new StreamConfig(_name, [$"{_name}.>"]));
        Assert.Equal(["server ok", "stream FAIL"], (await SinkSteps.RunAsync(_sinks.Open(options))).Outcomes());
        var dead = new NatsSinkOptions { Servers = [$"127.0.0.1:{ClosedPort.Find()}"], Subject = "a", Core = true };
        var refused = Assert.Single(await SinkSteps.RunAsync(_sinks.Open(dead)));
        Assert.Contains("connection refused", refused.Found, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Without_a_stream_a_subscriber_gets_the_records()
    {
        await using var subscriber = new NATS.Client.Core.NatsConnection(new() { Url = $"nats://{Address}" });
        await using var received = await subscriber.SubscribeCoreAsync<string>($"{_name}.>");
        await subscriber.PingAsync();
        await using var sink = await _sinks.ConnectAsync(
            new NatsSinkOptions { Servers = [Address], Subject = $"{_name}.{{device}}", Core = true });
        await sink.WriteAsync(Batches.Counting(1, 0, 2), default);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var first = await received.Msgs.ReadAsync(limit.Token);
        Assert.Equal(($"{_name}.press", "0"), (first.Subject, Assert.Single(JsonLine.Samples(first.Data!)).Value));
    }

    public void Dispose() => _sinks.Dispose();

    private NatsSinkOptions Options(NatsStreamOptions stream, string subject = "{site}.{device}") =>
        new() { Servers = [Address], Subject = $"{_name}.{subject}", Stream = stream };
}
