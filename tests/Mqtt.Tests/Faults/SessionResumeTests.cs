using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Tests connections that end between a message and its acknowledgement.</summary>
public sealed class SessionResumeTests : IDisposable
{
    private readonly SinkFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_kept_session_receives_unacknowledged_messages_again_with_their_ids_in_order()
    {
        await using var sink = await BreakAsync(qos: 1, sessionPresent: true);
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 5), default);
        Assert.Equal(["#2 1 dup", "#3 2 dup", "#4 3 dup", "#5 4 dup"], _fixture.Broker.DequeueMessages());
    }

    [Fact]
    public async Task A_lost_session_receives_unacknowledged_messages_as_new()
    {
        await using var sink = await BreakAsync(qos: 1, sessionPresent: false);
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 5), default);
        Assert.Equal(["#6 1", "#7 2", "#8 3", "#9 4"], _fixture.Broker.DequeueMessages());
    }

    [Fact]
    public async Task Qos_2_continues_each_message_at_its_step()
    {
        await using var sink = await BreakAsync(qos: 2, sessionPresent: true);
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 5), default);
        var messages = _fixture.Broker.DequeueMessages();
        Assert.Equal("#1 release", messages[0]);
        Assert.Equal(["#2 1 dup", "#3 2 dup", "#4 3 dup", "#5 4 dup"], messages.Where(m => m.EndsWith("dup", StringComparison.Ordinal)));
        Assert.Equal(["#2 release", "#3 release", "#4 release", "#5 release"], messages.Where(m => m.EndsWith("release",
            StringComparison.Ordinal)).Skip(1));
    }

    [Fact]
    public async Task Another_batch_waits_until_the_messages_in_flight_are_finished()
    {
        await using var sink = await BreakAsync(qos: 1, sessionPresent: true);
        await sink.WriteAsync(SinkFixture.Numbers(2, 10, 2), default);
        Assert.Equal(["#2 1 dup", "#3 2 dup", "#4 3 dup", "#5 4 dup", "#6 10", "#7 11"], _fixture.Broker.DequeueMessages());
    }

    [Fact]
    public async Task A_batch_that_grew_by_records_of_the_next_is_a_new_batch()
    {
        await using var sink = await BreakAsync(qos: 1, sessionPresent: true);
        var grown = SinkFixture.Numbers(1, 0, 5);
        grown.StartAt(2, 0);
        grown.Add(grown[0].Time, "press", "5"u8);
        await sink.WriteAsync(grown, default);
        Assert.Equal(["#2 1 dup", "#3 2 dup", "#4 3 dup", "#5 4 dup"], _fixture.Broker.DequeueMessages().Take(4));
        await sink.WriteAsync(grown, default);
        Assert.Equal("#12 0", _fixture.Broker.DequeueMessages()[^6]);
    }

    [Fact]
    public async Task A_cancelled_write_continues_with_its_retry()
    {
        await using var sink = await _fixture.ConnectAsync();
        var held = new TaskCompletionSource<BrokerConnection>();
        _fixture.Broker.Script = (_, connection) => held.SetResult(connection);
        using var cancel = new CancellationTokenSource();
        var writing = sink.WriteAsync(SinkFixture.Numbers(1, 0, 1), cancel.Token).AsTask();
        var connection = await held.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        var again = sink.WriteAsync(SinkFixture.Numbers(1, 0, 1), default).AsTask();
        connection.PubAck(1);
        await again;
        Assert.Equal(["#1 0"], _fixture.Broker.DequeueMessages());
    }

    [Theory]
    [InlineData("5.0", "1h", "True False")]
    [InlineData("5.0", "0s", "True True")]
    [InlineData("3.1.1", "1h", "True False False")]
    [InlineData("3.1.1", "0s", "True True")]
    public async Task The_first_connect_is_clean_and_reconnects_keep_the_session(string version, string expiry, string expected)
    {
        var cleanStarts = new List<bool>();
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Connect) cleanStarts.Add(packet.IsCleanStart);
            connection.Reply(packet);
        };
        await using var sink = await _fixture.ConnectAsync(
            _fixture.Options(version: version, sessionExpiry: expiry == "0s" ? TimeSpan.Zero : TimeSpan.FromHours(1)));
        await sink.ConnectAsync(default);
        Assert.Equal(expected, string.Join(' ', cleanStarts));
    }

    /// <summary>Sends five messages, acknowledges the first, closes the connection and connects again.</summary>
    private async Task<ISink> BreakAsync(int qos, bool sessionPresent)
    {
        var sink = await _fixture.ConnectAsync(_fixture.Options(qos));
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type != BrokerPacket.Publish || packet.Id != 5) return;
            if (qos == 1) connection.PubAck(1);
            else connection.PubRec(1);
            connection.Close();
        };
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(SinkFixture.Numbers(1, 0, 5), default));
        _fixture.Broker.DequeueMessages();
        _fixture.Broker.Script = (packet, connection) =>
        {
            if (packet.Type == BrokerPacket.Connect) connection.ConnAck(sessionPresent);
            else connection.Reply(packet);
        };
        await sink.ConnectAsync(default);
        return sink;
    }
}
