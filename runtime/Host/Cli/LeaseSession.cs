using PlantRuntime.Engine;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.Doctor;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// The lease of a site for one run of <c>plant run</c>: waits for it, begins its term when the host becomes active, and ends it. Owned by
/// <see cref="RunCommand"/>, one call at a time. Disposing of it releases the lease, after the host has ended.
/// </summary>
internal sealed class LeaseSession : IAsyncDisposable
{
    private readonly SiteContext _site;
    private readonly LeaseModel _model;
    private readonly Func<Contracts.ILeaseState?> _openState;
    private StateReplica? _replica;

    private LeaseSession(SiteContext site, LeaseModel model, SiteLease lease, Func<Contracts.ILeaseState?> openState)
    {
        (_site, _model, Lease, _openState) = (site, model, lease, openState);
        Terms = new LeaseTerms(lease, site.Model.DataFolder, site.Time, site.Log);
    }

    public SiteLease Lease { get; }

    /// <summary>The terms of the lease in the site's queue.</summary>
    public LeaseTerms Terms { get; }

    /// <summary>True if the host that ends now was told to hand over.</summary>
    public bool IsHandover => Lease.Handover.IsCompleted;

    /// <summary>Creates the lease of the site, if it has one. Returns false after an error on the console.</summary>
    public static bool TryCreate(SiteContext site, ServiceNotifier service, out LeaseSession? session)
    {
        session = null;
        if (site.Model.LeaseModel is not { } model) return true;
        var problems = new List<Problem>();
        if (site.Factory.Lease(site.Plugins, $"{Environment.MachineName}:{site.Model.Folder}", problems) is { } factory)
        {
            var lease = new SiteLease(factory.Open, factory.Settings, site.Time, site.Log, service.ReportLease);
            session = new LeaseSession(site, model, lease, factory.OpenState);
            return true;
        }

        SiteContext.Print(problems, Console.Error);
        if (problems.Count == 0) Console.Error.WriteLine("lease: no plugin has its sink, and without the lease two hosts could be active");
        return false;
    }

    /// <summary>
    /// Waits until this host may be active, at most for the time that it is to run. Meanwhile it delivers records that wait from an earlier
    /// term; a warm one also compiles the recipes, so that it starts at once then, and tests the ways to the devices.
    /// </summary>
    /// <param name="host">The host, not started.</param>
    /// <param name="pause">Time until the first attempt, after a handover.</param>
    /// <param name="duration">Time that the host is to run; null for no limit.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task WaitAsync(SiteHost host, TimeSpan pause, TimeSpan? duration, CancellationTokenSource stop)
    {
        if (duration is { } time) stop.CancelAfter(time);
        Terms.Load();
        Lease.Start(pause);
        using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop.Token))
        {
            var delivering = Task.Run(() => host.DeliverWhileWaitingAsync(waiting.Token), CancellationToken.None);
            if (!_model.IsCold)
            {
                var results = await host.Recipes.Builder.BuildAllAsync(stop.Token).ConfigureAwait(false);
                foreach (var result in results) result.Discard();
                if (!Lease.Active.IsCompleted) _site.Log.Info($"STANDBY state=Ready recipes={results.Count}");
            }

            var check = new StandbyCheck(_site.Plugins, _site.Factory, _site.Time, _site.Log);
            var checking = _model.IsCold || Lease.Active.IsCompleted ? Task.CompletedTask
                : Task.Run(() => check.RunAsync(_site.Model.Devices, waiting.Token), waiting.Token);
            await Lease.Active.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await waiting.CancelAsync().ConfigureAwait(false);
            await checking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await delivering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        stop.Token.ThrowIfCancellationRequested();
        stop.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins the term of this host: its records, and the state of the host before. Called before the host starts.</summary>
    public async Task BeginAsync(SiteHost host, CancellationToken cancel)
    {
        var last = Terms.LastToken;
        if (host.Queue is { } queue) await BeginTermAsync(queue).ConfigureAwait(false);
        if (_openState() is not { } server) return;
        _replica = new StateReplica(server, Lease, host.Recipes.States, _site.Time, _site.Log);
        await _replica.RestoreAsync(_site.Sources.Read().Files, last, cancel).ConfigureAwait(false);
        host.RecipesEnded = _replica.EndAsync;
        _replica.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_replica is not null) await _replica.DisposeAsync().ConfigureAwait(false);
        await Lease.DisposeAsync().ConfigureAwait(false);
    }

    private async Task BeginTermAsync(DiskQueue queue)
    {
        try
        {
            var (id, batch) = await queue.ReadEndAsync().ConfigureAwait(false);
            Terms.Begin(id, batch);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _site.Log.Error($"LEASE file=lease.json reason=\"the term cannot be stored: {exception.Message}\" "
                + $"next=\"make room on the disk; records of this term may be marked as late\"");
        }
    }
}
