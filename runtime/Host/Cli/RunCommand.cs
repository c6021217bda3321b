using System.CommandLine;
using PlantRuntime.Engine;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Host.Cli.Watch;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Store;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Storage;
using PlantRuntime.Tools.EditorSupport;
using PlantRuntime.Web;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant run</c>: composes log, plugins, host and web server, and runs a site until a signal or <c>--for</c> ends it.
/// Runs once per process; owns the <see cref="SiteHost"/>, which has all loops and threads of the site. The web server opens before the
/// host starts and closes before it ends; then plugins and log are disposed.
/// </summary>
internal static class RunCommand
{
    /// <summary>Exit code of a site that cannot be run as it is (EX_CONFIG of sysexits.h): another start would end the same way.</summary>
    private const int ConfigurationError = 78;

    /// <summary>Log lines that the host keeps for the page, <c>plant log</c> and the live table.</summary>
    private const int KeptLines = 500;

    /// <summary>Longest time for which the connecting devices are shown in a line; then the live table shows each of them.</summary>
    private static readonly TimeSpan s_connecting = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>Time without a step of the wall clock after which the log files of a day are begun or deleted by it.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMinutes(10);

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var duration = DurationOption.Create("--for", "End after this time, for instance 30s or 5min");
        var plain = new Option<bool>("--plain") { Description = "Log lines even on a terminal, instead of the live table" };
        var command =
            new Command("run",
                """
                Run a site. On a terminal a live table of tags is shown, otherwise plain log lines. Ctrl-C or SIGTERM ends it.
                Exit code 78 when the site has errors, 1 for every other failure.
                """) { site,
                    duration, plain };
        command.SetAction((result, _) => RunAsync(result.GetValue(site)!, result.GetValue(duration), result.GetValue(plain)));
        return command;
    }

    private static async Task<int> RunAsync(string folder, TimeSpan? duration, bool plain)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ShutdownSignals.Register());
        ShutdownSignals.OnHangUp(static () => { });
        var service = new ServiceNotifier(TimeProvider.System);

        // Set before plugins are loaded, because a console sink keeps the output that it finds.
        var terminal = !plain && LiveTable.IsPossible ? new HideableOutput(Console.Out) : null;
        if (terminal is not null) Console.SetOut(terminal);
        try
        {
            if (DataFormat.WhyRefused(SiteFolders.Data(Path.GetFullPath(folder))) is { } newer)
            {
                Console.Error.WriteLine(LogText.Sanitize(newer));
                return ConfigurationError;
            }

            // A host that loses the lease of its site, or hands it over, begins again and waits for the lease.
            var pause = TimeSpan.Zero;
            while (true)
            {
                var (exitCode, isHandover) = await RunAsync(folder, duration, terminal, service, pause, stop).ConfigureAwait(false);
                if (exitCode is { } code) return code;
                pause = isHandover ? SiteLease.HandoverPause : TimeSpan.Zero;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A signal ended the start; what had started has ended in order.
            return 0;
        }
    }

    /// <returns>The exit code, null if the host does not have the lease of the site any more; and true if it was handed over.</returns>
    private static async Task<(int? ExitCode, bool IsHandover)> RunAsync(
        string folder, TimeSpan? duration, HideableOutput? terminal, ServiceNotifier service, TimeSpan pause, CancellationTokenSource stop)
    {
        var lines = new RecentLines(KeptLines);
        var progress = new StartProgress(terminal, static () => Console.WindowWidth, TimeProvider.System);
        await using var ending = progress.ConfigureAwait(false);
        progress.Show(() => $"reading {SiteFile.Name}");

        // Plugins are loaded and checked on other threads, because their code can block.
        var errors = new StringWriter();
        using var site = await Task.Run(() => SiteContext.Load(folder, CreateLogFor, errors), stop.Token)
            .WaitAsync(stop.Token).ConfigureAwait(false);
        if (site is null)
        {
            progress.Clear();
            Console.Error.Write(errors);
            return (ConfigurationError, false);
        }

        var check = await site.Factory.CheckAsync(site.Plugins).WaitAsync(stop.Token).ConfigureAwait(false);
        progress.Clear();
        SiteContext.Print(check.Settings, Console.Error);
        if (check.Settings.Count > 0) return (ConfigurationError, false);
        foreach (var warning in site.Model.Warnings) site.Log.Warn($"SITE warning=\"{warning.At}: warning: {warning.Message}\"");
        foreach (var hanging in check.Hanging) site.Log.Error($"SITE problem=\"{hanging}\"");
        site.Plugins.SuspendCrashed(site.Model.Folder);
        CrashReport.Capture(site.Model.Folder);
        foreach (var missing in site.Factory.Missing(site.Plugins)) site.Log.Error($"SITE problem=\"{missing}\"");

        ThreadPool.SetMinThreads(Math.Max(32, Environment.ProcessorCount), 1);
        if (!LeaseSession.TryCreate(site, service, out var lease)) return (ConfigurationError, false);
        try
        {
            var exitCode = await RunAsync(site, lease, duration, terminal, lines, progress, service, pause, stop).ConfigureAwait(false);
            return (exitCode, lease is { IsHandover: true });
        }
        finally
        {
            if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
        }

        PlantLog CreateLogFor(SiteModel model)
        {
            var log = CreateLog(model, lines);
            log.Info($"STARTING step=plugins site={model.Name}");
            progress.Show(() => $"{model.Name}: loading plugins");
            return log;
        }
    }

    /// <param name="site">The site, checked.</param>
    /// <param name="lease">Its lease; null if it has none.</param>
    /// <param name="duration">Time until the end; null for no limit.</param>
    /// <param name="terminal">The terminal, for the live table; null for log lines instead.</param>
    /// <param name="lines">The last log lines, for the API.</param>
    /// <param name="progress">Shows the steps of the start.</param>
    /// <param name="service">Tells the service manager the state of the host.</param>
    /// <param name="pause">Time until the first attempt to get the lease.</param>
    /// <param name="stop">Ends the host.</param>
    /// <returns>The exit code; null if the host does not have the lease of the site any more.</returns>
    private static async Task<int?> RunAsync(
        SiteContext site, LeaseSession? lease, TimeSpan? duration, HideableOutput? terminal, RecentLines lines, StartProgress progress,
        ServiceNotifier service, TimeSpan pause, CancellationTokenSource stop)
    {
        if (Open(site, lease, service) is not { } host) return 1;
        var isOver = true;
        ShutdownSignals.OnHangUp(() =>
        {
            site.Log.Reopen();
            host.RequestReload("SIGHUP");
        });
        await using (host.ConfigureAwait(false))
        {
            var web = new WebHost(host, () => Health(site, host, lease?.Lease), site.Time, site.Log, lines);
            await using var closing = web.ConfigureAwait(false);
            await web.StartAsync().ConfigureAwait(false);
            if (lease is not null)
            {
                service.ReportStandby();
                await lease.WaitAsync(host, pause, duration, stop).ConfigureAwait(false);
                await lease.BeginAsync(host, stop.Token).ConfigureAwait(false);
            }

            await StartAsync(site, host, progress, stop.Token).ConfigureAwait(false);
            service.ReportReady($"running: {Plural.Format(host.Devices.Count, "device")}, {Plural.Format(host.Sinks.Count, "sink")}");
            if (duration is { } time) stop.CancelAfter(time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            if (lease is not null) _ = CancelAtItsEndAsync(lease.Lease, end);
            if (terminal is not null) await ShowConnectingAsync(site, host, progress, end.Token).ConfigureAwait(false);
            if (terminal is null || !await ShowAsync(site, terminal, end.Token).ConfigureAwait(false))
                await WaitAsync(end.Token).ConfigureAwait(false);
            host.EndsAtOnce = lease is { Lease.Lost.IsCompleted: true };
            isOver = !host.EndsAtOnce && lease is not { IsHandover: true };
            if (isOver) service.ReportStopping();
            site.Log.Info("STOPPING");
        }

        if (!isOver && !stop.IsCancellationRequested) return null;

        // HasFailed is true if the queue lost records that it could not store; the log names the number and the reason.
        return host.Queue is { HasFailed: true } ? 1 : 0;
    }

    /// <summary>Starts the host, and shows how many recipes are compiled.</summary>
    private static async Task StartAsync(SiteContext site, SiteHost host, StartProgress progress, CancellationToken cancel)
    {
        site.Log.Info($"STARTING step=recipes count={site.Sources.Read().Files.Count}");
        progress.Show(() => host.Recipes.Progress is var (done, count) && count > 0
            ? $"{site.Model.Name}: compiling recipes, {done} of {count}"
            : $"{site.Model.Name}: starting");
        await host.StartAsync(cancel).ConfigureAwait(false);
        site.Log.Info($"STARTING step=devices count={host.Devices.Count}");
        progress.Clear();
    }

    /// <summary>Shows how many devices are connected until all of them are, or the time is over.</summary>
    private static async Task ShowConnectingAsync(SiteContext site, SiteHost host, StartProgress progress, CancellationToken cancel)
    {
        progress.Show(() => $"{site.Model.Name}: connecting, {host.Devices.Count - Connecting()} of {host.Devices.Count} devices");
        var began = site.Time.GetTimestamp();
        while (Connecting() > 0 && site.Time.GetElapsedTime(began) < s_connecting && !cancel.IsCancellationRequested)
            await Task.Delay(s_look, site.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        progress.Clear();

        int Connecting() => host.Devices.Count(d => d.Status.State is DeviceState.Connecting or DeviceState.Waiting);
    }

    /// <summary>Shows the table in place of log lines, which are printed again after it.</summary>
    /// <returns>False if the terminal is gone or the table fails: the plant runs on without it.</returns>
    private static async Task<bool> ShowAsync(SiteContext site, HideableOutput terminal, CancellationToken end)
    {
        terminal.IsHidden = true;
        try
        {
            return await new LiveTable(site.Model.Folder, endsPlant: true, site.Time).ShowAsync(end).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            site.Log.Error($"BUG in=table reason=\"{exception}\"");
            return false;
        }
        finally
        {
            terminal.IsHidden = false;
        }
    }

    /// <summary>Ends the host when the lease is lost or to be handed over.</summary>
    private static async Task CancelAtItsEndAsync(SiteLease lease, CancellationTokenSource end)
    {
        try
        {
            await Task.WhenAny(lease.Lost, lease.Handover).WaitAsync(end.Token).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The host ends for another reason.
        }
    }

    /// <summary>Creates the host and opens the queue. Returns null, after an error on the console, if the queue cannot be opened.</summary>
    private static SiteHost? Open(SiteContext site, LeaseSession? lease, ServiceNotifier service)
    {
        try
        {
            var compiler = site.CreateCompiler();
            var editors = new EditSupport(site.Model.Folder, compiler, site.Log);
            var host = new SiteHost(site.Model, site.Plugins, site.Factory, site.Sources, compiler, site.Time, site.Log,
                lease is null ? null : () => lease.Lease.WhyNoWrites, editors.PollAsync, service.ReportAlive, lease?.Terms)
                { Lease = lease?.Lease };

            // Only now: the queue belongs to this host.
            DataFormat.Mark(site.Model.DataFolder);
            return host;
        }
        catch (Exception exception) when (exception is QueueLockedException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"the queue cannot be opened: {LogText.Sanitize(exception.Message)}");
            return null;
        }
    }

    private static HostHealth Health(SiteContext site, SiteHost host, SiteLease? lease) => HostHealth.From(
        site.Model.Name, lease is { Active.IsCompleted: false }, host);

    private static PlantLog CreateLog(SiteModel model, RecentLines lines)
    {
        var options = model.EffectiveLog;
        var clock = new SettledClock(TimeProvider.System, s_settle);
        var calendar = new LogCalendar(ReadClock, model.TimeZone, options.Daily, options.MaxAge);
        var path = SiteFolders.LogFile(model.Folder, options.File);
        ILogTarget file = new RotatingFile(path, options.MaxSize.Bytes, options.FilesKept, calendar);
        ILogTarget screen = new TextWriterTarget(Console.Out);
        if (options.Format == LogFormat.Json) (file, screen) = (new JsonLogTarget(file), new JsonLogTarget(screen));

        // The file first: it has the line also when the terminal takes no more.
        return new PlantLog(TimeProvider.System, options.Level, [file, screen, lines]);

        DateTime? ReadClock()
        {
            clock.Read();
            return clock.Earliest;
        }
    }

    private static async Task WaitAsync(CancellationToken end)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = end.Register(ended.SetResult).ConfigureAwait(false);
        await ended.Task.ConfigureAwait(false);
    }
}
