using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Leases;

/// <summary>One or two hosts and a server that keeps a lease, on virtual time.</summary>
public sealed class SiteLeaseTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly LeaseServer _server;

    public SiteLeaseTests()
    {
        _log = new PlantLog(_time, LogLevel.Debug, _lines);
        _server = new LeaseServer(_time);
    }

    [Fact]
    public async Task A_host_is_active_only_after_the_one_before_must_have_noticed_its_loss()
    {
        await using var host = Start("a");
        await UntilAsync(() => _server.Holder == "a");
        var got = _time.GetTimestamp();
        Assert.False(host.MayWrite);
        await UntilAsync(() => host.Active.IsCompleted);
        Assert.True(_time.GetTimestamp() - got >= host.TakeoverDelay.Ticks - TimeSpan.FromSeconds(0.5).Ticks);
        Assert.True(host.TakeoverDelay > host.Validity);
        await UntilAsync(() => host.MayWrite);
    }

    [Fact]
    public async Task Writes_stop_before_the_server_can_give_the_lease_to_another_host()
    {
        await using var host = await ActiveAsync("a");
        _server.Hang("a");
        await UntilAsync(() => host.Lost.IsCompleted);
        Assert.False(host.MayWrite);
        Assert.Equal("this host does not hold the lease of the site", host.WhyNoWrites);
        await UntilAsync(() => Has("LEASE state=Lost"));
    }

    [Theory]
    [InlineData("it was terminated")]
    [InlineData(null)]
    public async Task An_active_host_ends_when_its_connection_breaks_or_another_host_has_the_lease(string? failure)
    {
        await using var host = await ActiveAsync("a");
        if (failure is not null) _server.Break("a", failure);
        else _server.Steal("b");
        await UntilAsync(() => host.Lost.IsCompleted);
        Assert.Equal(failure ?? "another host has it", await host.Lost);
        Assert.False(host.MayWrite);
    }

    [Fact]
    public async Task A_waiting_host_survives_an_outage_of_the_server_and_takes_over_later()
    {
        await using var first = await ActiveAsync("a");
        await using var second = Start("b");
        await UntilAsync(() => Has("LEASE state=Waiting reason=\"another host is active\""));
        _server.Break("b", "server is down");
        await UntilAsync(() => Has("LEASE state=Waiting reason=\"server is down\""));
        _server.Mend("b");
        await first.DisposeAsync();
        await UntilAsync(() => second.MayWrite);
    }

    /// <summary>Two hosts whose calls hang, break and succeed in many orders are never both allowed to write.</summary>
    [Fact]
    public async Task Two_hosts_never_write_at_the_same_time()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        var hosts = new Dictionary<string, SiteLease> { ["a"] = Start("a"), ["b"] = Start("b") };
        var active = new HashSet<string>();
        for (var step = 0; step < 2000; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 120)));
            await Task.Delay(1);
            Assert.False(hosts["a"].MayWrite && hosts["b"].MayWrite, $"seed {Seed}, step {step}: both may write");
            foreach (var (name, host) in hosts)
            {
                if (host.MayWrite) active.Add($"{name}{host.GetHashCode()}");
            }

            var victim = random.Next(2) == 0 ? "a" : "b";
            switch (random.Next(60))
            {
                case 0: _server.Hang(victim); break;
                case 1: _server.Break(victim, "cut"); break;
                case < 12: _server.Mend(victim); break;
            }

            if (!hosts[victim].Lost.IsCompleted) continue;
            await hosts[victim].DisposeAsync();
            hosts[victim] = Start(victim);
        }

        Assert.True(active.Count >= 2, $"seed {Seed}: only {active.Count} takeovers");
        _server.Mend("a");
        _server.Mend("b");
        foreach (var host in hosts.Values) await DisposeAsync(host);
    }

    [Fact]
    public async Task Each_poll_is_reported_also_while_the_server_does_not_answer()
    {
        await using var first = await ActiveAsync("a");
        var polls = 0;
        await using var second = Start("b", () => Interlocked.Increment(ref polls));
        await UntilAsync(() => Volatile.Read(ref polls) >= 3);

        // A server that does not answer: the loop gives up each call in time, and goes on.
        var before = Volatile.Read(ref polls);
        _server.Hang("b");
        await UntilAsync(() => Volatile.Read(ref polls) >= before + 3);
        Assert.False(second.Active.IsCompleted);
    }

    public ValueTask DisposeAsync()
    {
        _log.Dispose();
        return default;
    }

    private bool Has(string text) => _lines.All.Any(l => l.Contains(text, StringComparison.Ordinal));

    private SiteLease Start(string name, Action? polled = null)
    {
        var host = new SiteLease(
            () => new FakeLease(_server, name), new LeaseSettings(name, TimeSpan.FromSeconds(3)), _time, _log, polled);
        host.Start();
        return host;
    }

    private async Task<SiteLease> ActiveAsync(string name)
    {
        var host = Start(name);
        await UntilAsync(() => host.MayWrite);
        return host;
    }

    private async Task DisposeAsync(SiteLease host)
    {
        var ending = host.DisposeAsync().AsTask();
        await UntilAsync(() => ending.IsCompleted);
    }

    private async Task UntilAsync(Func<bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!wanted())
        {
            if (patience.IsCancellationRequested) Assert.Fail(string.Join('\n', _lines.All));
            _time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Delay(1);
        }
    }

    /// <summary>Keeps one lease, which ends 3 s after its last confirmation and with its connection.</summary>
    private sealed class LeaseServer(TimeProvider time)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, string?> _faults = [];
        private FakeLease? _holder;
        private long _confirmed;
        private long _token;

        public string? Holder
        {
            get
            {
                lock (_gate) return _holder?.Name;
            }
        }

        public void Hang(string name) => SetFault(name, "");

        public void Break(string name, string reason)
        {
            lock (_gate)
            {
                _faults[name] = reason;
                if (_holder?.Name == name) _holder = null;
            }
        }

        public void Mend(string name) => SetFault(name, null);

        public void Steal(string name)
        {
            lock (_gate) (_holder, _confirmed) = (new FakeLease(this, name), long.MaxValue / 2);
        }

        public void Release(FakeLease lease)
        {
            lock (_gate)
            {
                if (_holder == lease) _holder = null;
            }
        }

        public async ValueTask<long?> TryHoldAsync(FakeLease lease, CancellationToken cancel)
        {
            string? fault;
            lock (_gate) fault = _faults.GetValueOrDefault(lease.Name);
            if (fault is { Length: > 0 }) throw new NotConnectedException(fault);
            if (fault is not null) await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
            lock (_gate)
            {
                var now = time.GetTimestamp();
                if (_holder is not null && now - _confirmed >= TimeSpan.FromSeconds(3).Ticks) _holder = null;
                if (lease.HasHeld && _holder != lease)
                {
                    if (_holder is not null) return null;
                    throw new NotConnectedException("the session has ended");
                }

                if (_holder is not null && _holder != lease) return null;
                if (!lease.HasHeld) lease.Token = ++_token;
                (_holder, _confirmed, lease.HasHeld) = (lease, now, true);
                return lease.Token;
            }
        }

        private void SetFault(string name, string? fault)
        {
            lock (_gate) _faults[name] = fault;
        }
    }

    private sealed class FakeLease(LeaseServer server, string name) : ILease
    {
        public string Name => name;

        public bool HasHeld { get; set; }

        public long Token { get; set; }

        public bool EndsWithConnection => true;

        public ValueTask ConnectAsync(CancellationToken cancel) => default;

        public ValueTask<IReadOnlyList<LeaseMember>> ListAsync(CancellationToken cancel) => new([]);

        public ValueTask ReleaseAsync(CancellationToken cancel) => default;

        public ValueTask<long?> TryHoldAsync(CancellationToken cancel) => server.TryHoldAsync(this, cancel);

        public ValueTask DisposeAsync()
        {
            server.Release(this);
            return default;
        }
    }
}
