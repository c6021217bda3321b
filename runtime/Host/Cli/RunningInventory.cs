using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Host.Control;
using PlantRuntime.Host.Reloading;

namespace PlantRuntime.Host.Cli;

/// <summary>Asks the host that runs a site what it runs.</summary>
internal static class RunningInventory
{
    /// <exception cref="ControlException">No host runs the site, or it does not know the question.</exception>
    public static async Task<SiteInventory> AskAsync(string folder, CancellationToken cancel)
    {
        var question = new JsonObject { ["command"] = SiteCommands.Inventory };
        var answer = await ControlClient.AskAsync(Path.GetFullPath(folder), question, cancel).ConfigureAwait(false);
        return answer.Deserialize(ReloadJson.Default.SiteInventory)!;
    }

    /// <summary>The same; null where no host runs the site, or one of another version.</summary>
    public static async Task<SiteInventory?> TryAskAsync(string folder, CancellationToken cancel)
    {
        try
        {
            return await AskAsync(folder, cancel).ConfigureAwait(false);
        }
        catch (ControlException)
        {
            return null;
        }
    }
}
