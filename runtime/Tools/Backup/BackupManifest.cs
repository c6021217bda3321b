using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlantRuntime.Tools.Backup;

/// <summary>
/// Describes a backup: the entry <c>manifest.json</c> of the archive, which lists all others. Immutable. The checksums tell damage from
/// intact content; they do not tell who made the archive.
/// </summary>
/// <param name="Format">The format of the archive, <see cref="CurrentFormat"/>.</param>
/// <param name="Plant">The version of plant that made it.</param>
/// <param name="Site">The name of the site's folder.</param>
/// <param name="Created">The time of its beginning, UTC.</param>
/// <param name="Files">The files of the site, each an entry <c>site/PATH</c>.</param>
/// <param name="Outside">Databases of sinks that are outside of the site's folder.</param>
internal sealed record BackupManifest(
    int Format, string Plant, string Site, DateTime Created, IReadOnlyList<BackupFile> Files, IReadOnlyList<OutsideFile> Outside)
{
    /// <summary>The format that this version writes; it reads this one and all before.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The entry of the manifest.</summary>
    public const string EntryName = "manifest.json";

    /// <summary>The beginning of the entries' names.</summary>
    public const string Prefix = "site/";
}

/// <summary>A file of a backup. Immutable.</summary>
/// <param name="Path">Its path in the site's folder, with slashes.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Sha256">The SHA-256 of its content, as hexadecimal digits.</param>
/// <param name="Mode">Its rights, as in chmod; 0 from a system without them.</param>
/// <param name="Modified">The time of its last change, UTC.</param>
internal sealed record BackupFile(string Path, long Size, string Sha256, int Mode, DateTime Modified);

/// <summary>A database outside of the site's folder. Immutable.</summary>
/// <param name="Original">Its path on the machine of the backup.</param>
/// <param name="Path">The path of its copy in the site's folder.</param>
internal sealed record OutsideFile(string Original, string Path);

/// <summary>Reports that a backup or its restoring failed; written for users.</summary>
internal sealed class BackupException(string message) : Exception(message);

/// <summary>Generated JSON code of the manifest.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
