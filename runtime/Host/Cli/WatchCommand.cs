using System.CommandLine;
using PlantRuntime.Host.Cli.Watch;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant watch</c>: the live table of a running site, from any terminal. Runs once per process; its end ends only the table.
/// </summary>
internal static class WatchCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var command = new Command("watch", """
            Show the live table of a running site: devices, sinks, recipes and tags, bad ones first, with the reasons below the table.
            If the host ends, the table says so and waits for it. The plant runs on when the table ends.

            Keys: arrows, PgUp, PgDn, Home and End select a row; / filters by words, Esc clears the filter;
            b shows bad rows only; s changes the order; q or Ctrl-C ends the table.
            """) { site };
        command.SetAction((result, _) => RunAsync(result.GetValue(site)!));
        return command;
    }

    private static async Task<int> RunAsync(string site)
    {
        if (SiteArgument.WhyNoSite(site) is { } reason)
        {
            Console.Error.WriteLine(reason);
            return 1;
        }

        if (!LiveTable.IsPossible)
        {
            Console.Error.WriteLine($"the table needs a terminal: use plant status {site}, or plant log {site} --follow");
            return 1;
        }

        var table = new LiveTable(site, endsPlant: false, TimeProvider.System);
        return await table.ShowAsync(ShutdownSignals.Register()).ConfigureAwait(false) ? 0 : 1;
    }
}
