using System.Text.Json;
using PlantRuntime.Engine.Reload;

namespace PlantRuntime.Tools.Control;

/// <summary>
/// Answers <c>plant diff</c> and <c>plant check</c> with a snapshot of the site that a host runs. Called by the <see cref="ControlServer"/>
/// on the thread pool; changes nothing.
/// </summary>
internal sealed class SiteCommands(SiteRuntime site)
{
    /// <summary>The name of the command that returns the snapshot.</summary>
    public const string Snapshot = "site-inventory";

    /// <summary>Registers the command, before the server starts.</summary>
    public void AddTo(ControlServer server) =>
        server.On(Snapshot, _ => Task.FromResult(JsonSerializer.SerializeToNode(site.Snapshot(), ReloadJson.Default.SiteSnapshot)!));
}
