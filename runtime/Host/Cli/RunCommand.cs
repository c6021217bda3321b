using System.CommandLine;
using PlantRuntime.Host.Delivery.Queue.Store;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant run</c>: runs a site until it is told to end.</summary>
internal static class RunCommand
{
    public static Command Make()
    {
        var site = SiteArgument.Make();
        var duration = DurationOption.Make("--for", "End after this time, for instance 30s or 5min");
        var plain = new Option<bool>("--plain") { Description = "Log lines even on a terminal, instead of the live table" };
        var command = new Command("run", "Run a site. On a terminal a live table of tags is shown, otherwise plain log lines. Ctrl-C ends it.") { site, duration, plain };
        command.SetAction((result, _) => RunAsync(result.GetValue(site)!, result.GetValue(duration), result.GetValue(plain)));
        return command;
    }

    private static async Task<int> RunAsync(string folder, TimeSpan? duration, bool plain)
    {
        var isLive = !plain && !Console.IsOutputRedirected && !Console.IsInputRedirected;
        var recent = new RecentLines(8);
        using var site = OpenSite.Load(folder, model => MakeLog(model, isLive ? recent : new ConsoleTarget(Console.Out)), Console.Error);
        if (site is null) return 1;
        var problems = await site.Opener.CheckAsync(site.Plugins).ConfigureAwait(false);
        foreach (var problem in problems) Console.Error.WriteLine(problem);
        if (problems.Count > 0) return 1;
        foreach (var missing in site.Opener.Missing(site.Plugins)) site.Log.Error(missing.ToString());

        using var stop = new CancellationTokenSource();
        using var signals = new EndSignals(stop);
        ThreadPool.SetMinThreads(Math.Max(32, Environment.ProcessorCount), 1);
        if (Open(site) is not { } host) return 1;
        await using (host.ConfigureAwait(false))
        {
            await host.StartAsync(stop.Token).ConfigureAwait(false);
            if (duration is { } time) stop.CancelAfter(time);
            if (isLive) await LiveTable.ShowAsync(host, site.Model, recent, stop.Token).ConfigureAwait(false);
            else await UntilAsync(stop.Token).ConfigureAwait(false);
            site.Log.Info("STOPPING");
        }

        return 0;
    }

    private static PlantHost? Open(OpenSite site)
    {
        try
        {
            return new PlantHost(site.Model, site.Plugins, site.Opener, site.Files, site.Compiler(), site.Time, site.Log);
        }
        catch (Exception exception) when (exception is QueueLockedException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"the queue cannot be opened: {exception.Message}");
            return null;
        }
    }

    private static PlantLog MakeLog(SiteModel model, ILogTarget screen)
    {
        var file = new RotatingFile(Path.GetFullPath(model.Log.File, model.Folder), model.Log.MaxSize.Bytes, model.Log.Keep);
        return new PlantLog(TimeProvider.System, model.Log.Level, [screen, file]);
    }

    private static async Task UntilAsync(CancellationToken end)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = end.Register(ended.SetResult).ConfigureAwait(false);
        await ended.Task.ConfigureAwait(false);
    }
}
