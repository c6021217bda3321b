using System.IO.Ports;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Wire;

namespace PlantRuntime.Serial.Tests;

/// <summary>Turns on virtual time; no port is opened.</summary>
public sealed class LineTurnsTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<SerialLink> _links = [];
    private readonly string _port = $"/dev/none-{Guid.NewGuid():N}";

    public void Dispose()
    {
        foreach (var link in _links) link.Dispose();
    }

    [Fact]
    public async Task Thirty_devices_keep_the_order_of_their_rounds()
    {
        var links = Enumerable.Range(0, 30).Select(_ => Join()).ToList();
        for (var round = 0; round < 3; round++)
        {
            var waits = links.Select(link => link.WaitForTurnAsync(default).AsTask()).ToList();
            for (var i = 0; i < links.Count; i++)
            {
                await waits[i].WaitAsync(TimeSpan.FromSeconds(20));
                Assert.All(waits.Skip(i + 1), wait => Assert.False(wait.IsCompleted));
                links[i].EndTurn();
            }
        }
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_queue()
    {
        var (holder, given, next) = (Join(), Join(), Join());
        await holder.WaitForTurnAsync(default);
        using var cancel = new CancellationTokenSource();
        var waiting = given.WaitForTurnAsync(cancel.Token).AsTask();
        var last = next.WaitForTurnAsync(default);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        holder.EndTurn();
        await last.AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_device_that_leaves_during_its_turn_ends_it()
    {
        var (holder, next) = (Join(), Join());
        await holder.WaitForTurnAsync(default);
        var waiting = next.WaitForTurnAsync(default).AsTask();
        _links.Remove(holder);
        holder.Dispose();
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_device_that_was_silent_twice_waits_four_times_as_long_as_it_held_the_line()
    {
        var (silent, other) = (Join(), Join());
        for (var i = 0; i < 2; i++)
        {
            await silent.WaitForTurnAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            await Assert.ThrowsAsync<LinkException>(() => silent.SendAsync(new byte[1], default).AsTask());
            _time.Advance(TimeSpan.FromSeconds(1));
            silent.EndTurn();
        }

        var waiting = silent.WaitForTurnAsync(default).AsTask();
        await other.WaitForTurnAsync(default);
        other.EndTurn();
        _time.Advance(TimeSpan.FromSeconds(3.9));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task All_silent_devices_together_hold_the_line_for_a_fifth_of_the_time()
    {
        var (silent, other) = (Enumerable.Range(0, 4).Select(_ => Join()).ToList(), Join());
        foreach (var link in silent) await BeSilentAsync(link);
        var waits = silent.ConvertAll(link => link.WaitForTurnAsync(default).AsTask());
        var turn = other.WaitForTurnAsync(default).AsTask();
        var held = 0;
        for (var second = 0; second < 100; second++)
        {
            var next = await Task.WhenAny(waits.Append(turn)).WaitAsync(TimeSpan.FromSeconds(20));
            if (waits.IndexOf(next) is var at and >= 0)
            {
                held++;
                await EndSilentAsync(silent[at]);
                waits[at] = silent[at].WaitForTurnAsync(default).AsTask();
                continue;
            }

            _time.Advance(TimeSpan.FromSeconds(1));
            other.EndTurn();
            turn = other.WaitForTurnAsync(default).AsTask();
        }

        Assert.InRange(held, 15, 20);

        async Task BeSilentAsync(SerialLink link)
        {
            for (var i = 0; i < 2; i++)
            {
                await link.WaitForTurnAsync(default);
                await EndSilentAsync(link);
                _time.Advance(TimeSpan.FromSeconds(5));
            }
        }

        async Task EndSilentAsync(SerialLink link)
        {
            await Assert.ThrowsAsync<LinkException>(() => link.SendAsync(new byte[1], default).AsTask());
            _time.Advance(TimeSpan.FromSeconds(1));
            link.EndTurn();
        }
    }

    [Fact]
    public async Task A_silent_device_that_has_the_line_for_itself_does_not_wait()
    {
        var silent = Join();
        for (var i = 0; i < 3; i++)
        {
            await silent.WaitForTurnAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            await Assert.ThrowsAsync<LinkException>(() => silent.SendAsync(new byte[1], default).AsTask());
            _time.Advance(TimeSpan.FromSeconds(1));
            silent.EndTurn();
        }
    }

    [Fact]
    public async Task A_device_that_replied_does_not_wait()
    {
        var (replying, _) = (Join(), Join());
        for (var i = 0; i < 3; i++)
        {
            await replying.WaitForTurnAsync(default).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            await Assert.ThrowsAsync<LinkException>(() => replying.SendAsync(new byte[1], default).AsTask());
            replying.ReportReply();
            _time.Advance(TimeSpan.FromSeconds(1));
            replying.EndTurn();
        }
    }

    private SerialLink Join()
    {
        var link = SerialLink.Join(new SerialSettings(_port, 9600, Parity.None, 8, StopBits.One), _time);
        _links.Add(link);
        return link;
    }
}
