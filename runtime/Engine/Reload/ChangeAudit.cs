using System.Security.Cryptography;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Storage;

namespace PlantRuntime.Engine.Reload;

/// <summary>
/// Writes changes of the configuration and of plugins to the audit log: starts of the host, edits of site.toml, versions of recipes, and
/// plugins that were loaded or refused. The files do not tell who changed them. Owned by SiteHost; runs within its start and its poll loop;
/// waits for no disk.
/// </summary>
internal sealed class ChangeAudit(AuditLog audit)
{
    private const string Who = "host";
    private const int MostCharacters = 500;
    private readonly Dictionary<string, (string Status, int Version)> _recipes = new(StringComparer.Ordinal);

    /// <summary>Records the start of the host, with the content of site.toml and the versions of the plugins that the site uses.</summary>
    public void AddStart(SiteModel site, IReadOnlyList<PluginFolder> plugins)
    {
        var used = plugins.Select(f => f.Current).OfType<LoadedPlugin>().Where(p => site.PluginNames.Contains(p.Name))
            .Select(p => $"{p.Name} {p.Version}");
        Append("start", $"plant {DataFormat.Version}", "done", $"{Describe(site.Folder)}, plugins {string.Join(", ", used)}");
    }

    /// <summary>Records the end of an edit of site.toml or of a tag table.</summary>
    public void Add(ReloadReport report)
    {
        var outcome = report.Outcome switch
        {
            ReloadOutcome.Applied => "done", ReloadOutcome.Refused => "refused", _ => "failed",
        };
        var parts = report.Plan?.Lines(all: false).Select(l => $"{l[0]} {l[1]} {l[2]}") ?? [];
        Append("configuration", SiteFile.Name, outcome,
            report.Outcome == ReloadOutcome.Applied ? string.Join("; ", parts) : string.Join("; ", report.Problems));
    }

    /// <summary>Records a plugin folder that was loaded or refused while the host runs.</summary>
    public void Add(PluginFolder folder)
    {
        if (folder.Refusal is { } refusal) Append("plugin", folder.FolderName, "refused", refusal);
        else Append("plugin", folder.FolderName, "done", $"version {folder.Current?.Version}");
    }

    /// <summary>Records the recipes whose running version is another one than at the last call.</summary>
    public void Compare(IReadOnlyList<RecipeSlot> slots)
    {
        foreach (var slot in slots)
        {
            var now = (slot.Status, slot.Version);
            if (_recipes.TryGetValue(slot.File, out var before) && before == now) continue;
            _recipes[slot.File] = now;
            Append("recipe", slot.File, now.Status == "Running" ? "done" : "failed",
                now.Version > 0 ? $"{now.Status}, version {now.Version}" : now.Status);
        }

        if (_recipes.Count == slots.Count) return;
        foreach (var gone in _recipes.Keys.Except(slots.Select(s => s.File)).ToList())
        {
            _recipes.Remove(gone);
            Append("recipe", gone, "done", "removed");
        }
    }

    private void Append(string action, string subject, string outcome, string reason) =>
        _ = audit.AppendAsync(new UserAction(Who, null, action, LogText.Sanitize(subject, MostCharacters), outcome,
            LogText.Sanitize(reason, MostCharacters)));

    private static string Describe(string siteFolder)
    {
        try
        {
            var content = File.ReadAllBytes(Path.Combine(siteFolder, SiteFile.Name));
            return $"{SiteFile.Name} sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{SiteFile.Name} cannot be read: {exception.Message}";
        }
    }
}
