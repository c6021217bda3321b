using System.Text.Json;
using PlantRuntime.Engine.Reload;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Asks the host that runs a site for a snapshot of what it runs, for <c>plant diff</c> and <c>plant check</c>. Keeps no state; changes
/// nothing in the host.
/// </summary>
internal static class RunningSnapshot
{
    /// <summary>Returns the snapshot.</summary>
    /// <exception cref="SiteClientException">No host runs the site, or its version does not know the command.</exception>
    public static async Task<SiteSnapshot> AskAsync(string folder, CancellationToken cancel)
    {
        var answer = await SiteClient.GetAsync(Path.GetFullPath(folder), "/api/site", cancel).ConfigureAwait(false);
        return answer.Deserialize(ReloadJson.Default.SiteSnapshot)!;
    }

    /// <summary>Asks for the snapshot; returns null if no host runs the site, or one of another version.</summary>
    public static async Task<SiteSnapshot?> TryAskAsync(string folder, CancellationToken cancel)
    {
        try
        {
            return await AskAsync(folder, cancel).ConfigureAwait(false);
        }
        catch (SiteClientException)
        {
            return null;
        }
    }
}
