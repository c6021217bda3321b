using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>Devices whose driver shares a line with others.</summary>
public class SharedLineTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_wait_for_the_turn_is_no_time_of_the_call()
    {
        await using var fixture = new DeviceFixture();
        using var line = new SemaphoreSlim(0);
        var driver = new LineDriver(line);
        fixture.Runner.Start(() => driver);
        await driver.Waiting.WaitAsync(s_limit);

        // Far longer than the timeout of the device.
        fixture.Time.Advance(TimeSpan.FromMinutes(10));
        line.Release();
        Assert.Null((await fixture.NextAsync()).Header.Failure);
        Assert.Equal((1, 2, 2), (driver.Connects, driver.Begun, driver.Ended));
    }

    [Fact]
    public async Task Each_call_has_a_turn_of_its_own_which_ends_when_the_call_fails()
    {
        await using var fixture = new DeviceFixture();
        using var line = new SemaphoreSlim(1);
        var driver = new LineDriver(line) { OnRead = () => throw new NotConnectedException("unplugged") };
        fixture.Runner.Start(() => driver);
        Assert.Equal("unplugged", (await fixture.NextAsync()).Header.Failure);
        await line.WaitAsync(s_limit);
        Assert.Equal((2, 2), (driver.Begun, driver.Ended));
    }

    [Fact]
    public async Task A_device_that_waits_for_its_turn_can_be_stopped()
    {
        var fixture = new DeviceFixture();
        using var line = new SemaphoreSlim(0);
        var driver = new LineDriver(line);
        fixture.Runner.Start(() => driver);
        await driver.Waiting.WaitAsync(s_limit);
        await fixture.DisposeAsync().AsTask().WaitAsync(s_limit);
        Assert.True(driver.IsDisposed);
        Assert.Equal(0, driver.Connects);
    }

    /// <summary>A driver on a line that a semaphore stands for.</summary>
    private sealed class LineDriver(SemaphoreSlim line) : ISharedLine, IReader
    {
        private bool _hasTurn;

        public string Endpoint => "line:1";

        public SemaphoreSlim Waiting { get; } = new(0);

        public int Begun { get; private set; }

        public int Ended { get; private set; }

        public int Connects { get; private set; }

        public bool IsDisposed { get; private set; }

        public Action? OnRead { get; init; }

        public IReader Prepare(IReadOnlyList<TagDefinition> tags) => this;

        public async ValueTask WaitForTurnAsync(CancellationToken cancel)
        {
            Waiting.Release();
            await line.WaitAsync(cancel);
            Begun++;
            _hasTurn = true;
        }

        public void EndTurn()
        {
            if (!_hasTurn) return;
            _hasTurn = false;
            Ended++;
            line.Release();
        }

        public ValueTask ConnectAsync(CancellationToken cancel)
        {
            Assert.True(_hasTurn);
            Connects++;
            return default;
        }

        public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
        {
            Assert.True(_hasTurn);
            OnRead?.Invoke();
            for (var i = 0; i < into.Count; i++) into.Good(i, 1);
            return default;
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return default;
        }
    }
}
