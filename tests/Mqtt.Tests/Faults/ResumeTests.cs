using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Faults;

/// <summary>Connections that break between a message and its answer.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly Rig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_kept_session_gets_what_is_unanswered_again_with_its_ids_in_order()
    {
        await using var sink = await BreakAsync(qos: 1, sessionPresent: true);
        await sink.WriteAsync(Rig.Numbers(1, 0, 5), default);
        Assert.Equal(["#2 1 dup", "#3 2 dup", "#4 3 dup", "#5 4 dup"], _rig.Broker.Messages());
    }

    [Fact]
    public async Task A_lost_session_gets_what_is_unanswered_as_new()
    {
        await using var sink = await BreakAsync(qos: 1, sessionPresent: false);
        await sink.WriteAsync(Rig.Numbers(1, 0, 5), default);
        Assert.Equal(["#6 1", "#7 2", "#8 3", "#9 4"], _rig.Broker.Messages());
    }

    [Fact]
    public async Task Qos_2_goes_on_with_each_message_where_it_was()
    {
        await using var sink = await BreakAsync(qos: 2, sessionPresent: true);
        await sink.WriteAsync(Rig.Numbers(1, 0, 5), default);
        var messages = _rig.Broker.Messages();
        Assert.Equal("#1 release", messages[0]);
        Assert.Equal(["#2 1 dup", "#3 2 dup", "#4 3 dup", "#5 4 dup"], messages.Where(m => m.EndsWith("dup", StringComparison.Ordinal)));
        Assert.Equal(["#2 release", "#3 release", "#4 release", "#5 release"], messages.Where(m => m.EndsWith("release",
            StringComparison.Ordinal)).Skip(1));
    }

    [Fact]
    public async Task Another_batch_waits_until_the_broken_one_is_off_the_wire()
    {
        await using var sink = await BreakAsync(qos: 1, sessionPresent: true);
        await sink.WriteAsync(Rig.Numbers(2, 10, 2), default);
        Assert.Equal(["#2 1 dup", "#3 2 dup", "#4 3 dup", "#5 4 dup", "#6 10", "#7 11"], _rig.Broker.Messages());
    }

    [Fact]
    public async Task A_batch_that_grew_by_records_of_the_next_is_another_one()
    {
        await using var sink = await BreakAsync(qos: 1, sessionPresent: true);
        var grown = Rig.Numbers(1, 0, 5);
        grown.StartAt(2, 0);
        grown.Add(grown[0].Time, "press", "5"u8);
        await sink.WriteAsync(grown, default);
        Assert.Equal(["#2 1 dup", "#3 2 dup", "#4 3 dup", "#5 4 dup"], _rig.Broker.Messages().Take(4));
        await sink.WriteAsync(grown, default);
        Assert.Equal("#12 0", _rig.Broker.Messages()[^6]);
    }

    [Fact]
    public async Task A_write_that_is_cancelled_goes_on_when_it_comes_again()
    {
        await using var sink = await _rig.ConnectAsync();
        var held = new TaskCompletionSource<BrokerLine>();
        _rig.Broker.Script = (_, line) => held.SetResult(line);
        using var cancel = new CancellationTokenSource();
        var writing = sink.WriteAsync(Rig.Numbers(1, 0, 1), cancel.Token).AsTask();
        var line = await held.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        var again = sink.WriteAsync(Rig.Numbers(1, 0, 1), default).AsTask();
        line.PubAck(1);
        await again;
        Assert.Equal(["#1 0"], _rig.Broker.Messages());
    }

    [Theory]
    [InlineData("5.0", "1h", "True False")]
    [InlineData("5.0", "0s", "True True")]
    [InlineData("3.1.1", "1h", "True False False")]
    [InlineData("3.1.1", "0s", "True True")]
    public async Task A_session_begins_afresh_and_is_kept_over_reconnects_only(string version, string expiry, string expected)
    {
        var cleanStarts = new List<bool>();
        _rig.Broker.Script = (packet, line) =>
        {
            if (packet.Type == BrokerPacket.Connect) cleanStarts.Add(packet.IsCleanStart);
            line.Good(packet);
        };
        await using var sink = await _rig.ConnectAsync(
            _rig.Options(version: version, sessionExpiry: expiry == "0s" ? TimeSpan.Zero : TimeSpan.FromHours(1)));
        await sink.ConnectAsync(default);
        Assert.Equal(expected, string.Join(' ', cleanStarts));
    }

    /// <summary>Five messages go out, the first is answered, the connection ends; then it is made again.</summary>
    private async Task<ISink> BreakAsync(int qos, bool sessionPresent)
    {
        var sink = await _rig.ConnectAsync(_rig.Options(qos));
        _rig.Broker.Script = (packet, line) =>
        {
            if (packet.Type != BrokerPacket.Publish || packet.Id != 5) return;
            if (qos == 1) line.PubAck(1);
            else line.PubRec(1);
            line.Close();
        };
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Rig.Numbers(1, 0, 5), default));
        _rig.Broker.Messages();
        _rig.Broker.Script = (packet, line) =>
        {
            if (packet.Type == BrokerPacket.Connect) line.ConnAck(sessionPresent);
            else line.Good(packet);
        };
        await sink.ConnectAsync(default);
        return sink;
    }
}
