using System.IO.Ports;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Wire;

namespace PlantRuntime.Serial.Tests;

/// <summary>Links on one end of a pair of ports; the test is the far end.</summary>
[Trait("Needs", "Server")]
public sealed class SerialLinkTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private readonly CancellationTokenSource _cancel = new(s_limit);
    private SerialPair _pair = null!;
    private SerialPort _far = null!;

    public async Task InitializeAsync()
    {
        _pair = await SerialPair.StartAsync();
        _far = OpenFar();
    }

    public async Task DisposeAsync()
    {
        _far?.Dispose();
        if (_pair is not null) await _pair.DisposeAsync();
        _cancel.Dispose();
    }

    [SkippableFact]
    public async Task Bytes_go_both_ways()
    {
        using var link = Join();
        await link.WaitForTurnAsync(_cancel.Token);
        await link.SendAsync(new byte[] { 1, 2, 3 }, _cancel.Token);
        Assert.Equal([1, 2, 3], await ReadFarAsync(3));
        _far.Write([4, 5], 0, 2);
        Assert.Equal([4, 5], await ReceiveAsync(link, 2));
    }

    [SkippableFact]
    public async Task What_came_before_a_request_is_no_reply_to_it()
    {
        using var link = Join();
        await link.WaitForTurnAsync(_cancel.Token);
        link.Open();
        _far.Write([9, 9, 9, 9], 0, 4);
        await WaitUntilReadableAsync();
        await link.SendAsync(new byte[] { 1 }, _cancel.Token);
        await ReadFarAsync(1);
        _far.Write([7], 0, 1);
        Assert.Equal([7], await ReceiveAsync(link, 1));
    }

    [SkippableFact]
    public async Task A_silent_line_ends_a_wait_with_0_bytes()
    {
        using var link = Join();
        await link.WaitForTurnAsync(_cancel.Token);
        link.Open();
        Assert.Equal(0, await link.ReceiveAsync(new byte[8], TimeSpan.FromMilliseconds(20), _cancel.Token));
        _far.Write([7], 0, 1);
        Assert.Equal([7], await ReceiveAsync(link, 1));
    }

    [SkippableFact]
    public async Task The_token_ends_a_wait_and_no_byte_is_lost()
    {
        using var link = Join();
        await link.WaitForTurnAsync(_cancel.Token);
        link.Open();
        using var brief = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => link.ReceiveAsync(new byte[8], Timeout.InfiniteTimeSpan, brief.Token).AsTask());
        _far.Write([7, 8], 0, 2);
        Assert.Equal([7, 8], await ReceiveAsync(link, 2));
    }

    [SkippableFact]
    public async Task An_echo_is_dropped()
    {
        using var link = Join(s => s with { HasEcho = true });
        await link.WaitForTurnAsync(_cancel.Token);
        var sending = link.SendAsync(new byte[] { 1, 2, 3 }, _cancel.Token).AsTask();
        var sent = await ReadFarAsync(3);
        _far.Write([.. sent, 7], 0, 4);
        await sending;
        Assert.Equal([7], await ReceiveAsync(link, 1));
    }

    [SkippableFact]
    public async Task The_settings_of_a_device_apply_during_its_turns()
    {
        using var slow = Join();
        using var fast = Join(s => s with { Baud = 115_200 });
        foreach (var link in new[] { slow, fast, slow })
        {
            await link.WaitForTurnAsync(_cancel.Token);
            await link.SendAsync(new byte[] { 5 }, _cancel.Token);
            Assert.Equal([5], await ReadFarAsync(1));
            link.EndTurn();
        }
    }

    /// <summary>A pseudo terminal of Linux has no parity bit.</summary>
    [SkippableFact]
    public async Task Settings_that_a_port_refuses_are_named()
    {
        using var plain = Join();
        using var link = Join(s => s with { Parity = Parity.Even });
        await plain.WaitForTurnAsync(_cancel.Token);
        plain.Open();
        plain.EndTurn();
        await link.WaitForTurnAsync(_cancel.Token);
        Assert.Equal($"{_pair.Port} does not accept 9600 8E1", Assert.ThrowsAny<LinkException>(link.Open).Message);
    }

    [SkippableFact]
    public async Task An_unplugged_adapter_is_named_and_works_again_when_it_is_back()
    {
        using var link = Join();
        await link.WaitForTurnAsync(_cancel.Token);
        link.Open();
        var receiving = link.ReceiveAsync(new byte[8], Timeout.InfiniteTimeSpan, _cancel.Token).AsTask();
        await _pair.UnplugAsync();
        Assert.Contains(_pair.Port, (await Assert.ThrowsAsync<LinkException>(() => receiving)).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<LinkException>(link.Open).Message, StringComparison.Ordinal);
        _far.Dispose();
        await _pair.PlugInAsync();
        _far = OpenFar();
        await link.SendAsync(new byte[] { 5 }, _cancel.Token);
        Assert.Equal([5], await ReadFarAsync(1));
    }

    [SkippableFact]
    public async Task A_port_that_another_program_holds_is_named()
    {
        using var held = PortFile.Acquire(_pair.Port);
        using var link = Join();
        await link.WaitForTurnAsync(_cancel.Token);
        var message = Assert.Throws<LinkException>(link.Open).Message;
        Assert.Equal($"another program uses {_pair.Port}: fuser {_pair.Port} shows its process id", message);
    }

    [SkippableFact]
    public async Task Links_under_other_names_of_the_port_share_its_turns()
    {
        var other = $"{_pair.Port}-by-id";
        File.CreateSymbolicLink(other, _pair.Port);
        using var first = Join();
        using var second = Join(s => s with { Port = other });
        await first.WaitForTurnAsync(_cancel.Token);
        var waiting = second.WaitForTurnAsync(_cancel.Token);
        Assert.False(waiting.IsCompleted);
        first.EndTurn();
        await waiting;
    }

    [Fact]
    public void A_missing_port_is_named_with_those_that_exist()
    {
        using var link = SerialLink.Join(new SerialSettings("/dev/ttyUSB77", 9600, Parity.None, 8, StopBits.One), TimeProvider.System);
        var message = Assert.Throws<LinkException>(link.Open).Message;
        Assert.StartsWith("/dev/ttyUSB77 does not exist: is the adapter plugged in?", message, StringComparison.Ordinal);
    }

    private SerialLink Join(Func<SerialSettings, SerialSettings>? change = null)
    {
        var settings = new SerialSettings(_pair.Port, 9600, Parity.None, 8, StopBits.One);
        return SerialLink.Join(change?.Invoke(settings) ?? settings, TimeProvider.System);
    }

    private SerialPort OpenFar()
    {
        var far = new SerialPort(_pair.FarPort, 9600);
        far.Open();
        return far;
    }

    private async Task<byte[]> ReadFarAsync(int count)
    {
        var bytes = new byte[count];
        await _far.BaseStream.ReadExactlyAsync(bytes, _cancel.Token);
        return bytes;
    }

    private async Task<byte[]> ReceiveAsync(SerialLink link, int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;) at += await link.ReceiveAsync(bytes.AsMemory(at), Timeout.InfiniteTimeSpan, _cancel.Token);
        return bytes;
    }

    /// <summary>Waits until what the far end wrote has passed the pair: an end that only looks sees it.</summary>
    private async Task WaitUntilReadableAsync()
    {
        while (_far.BytesToWrite > 0) await Task.Delay(5, _cancel.Token);
        await Task.Delay(50, _cancel.Token);
    }
}
