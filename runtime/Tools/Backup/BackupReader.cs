using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using PlantRuntime.Logging;
using PlantRuntime.Storage;

namespace PlantRuntime.Tools.Backup;

/// <summary>
/// Reads a backup that anybody may have made: checks its manifest and names before it writes anything, and sizes and checksums while it
/// extracts. Owned by <see cref="SiteRestore"/>, which disposes it; blocking disk I/O.
/// </summary>
internal sealed class BackupReader : IDisposable
{
    private const int MostFiles = 200_000;
    private const int MostManifestBytes = 64 << 20;
    private const int LinkType = 0xa000;
    private const int TypeMask = 0xf000;
    private const int RegularType = 0x8000;
    private const int OwnerMayReadAndWrite = 0x180;
    private const int OthersMask = 0x3f;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _path;
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Opens the archive and checks everything but the content of the files.</summary>
    /// <exception cref="BackupException">It is no backup, is damaged or truncated, or was written by a newer version.</exception>
    public BackupReader(string path)
    {
        _path = path;
        if (!IsArchive(path)) throw new BackupException($"{path} is no backup of plant backup");
        try
        {
            _zip = ZipFile.OpenRead(path);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Damaged($"it is truncated or damaged: {exception.Message}");
        }

        try
        {
            Manifest = ReadManifest();
            Check();
            Size = Manifest.Files.Sum(f => f.Size);
        }
        catch (Exception exception)
        {
            _zip.Dispose();
            if (IsDamage(exception)) throw Damaged(exception.Message);
            throw;
        }
    }

    /// <summary>The description of the backup.</summary>
    public BackupManifest Manifest { get; }

    /// <summary>The size of all files, in bytes.</summary>
    public long Size { get; }

    /// <summary>True if a file begins as zip archives do.</summary>
    public static bool IsArchive(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Span<byte> head = stackalloc byte[4];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("PK\u0003\u0004"u8);
    }

    /// <summary>Writes the files below a folder of the backup into an empty folder, and verifies the length and checksum of each.</summary>
    /// <param name="below">The beginning of their paths, which is left out: empty for all files, or <c>data/</c>.</param>
    /// <param name="without">The beginning of paths that are not extracted; empty for none.</param>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="BackupException">A file does not have the content that the manifest names.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Extract(string below, string without, string folder, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            foreach (var file in Manifest.Files)
            {
                var isWanted = file.Path.StartsWith(below, StringComparison.Ordinal)
                    && (without.Length == 0 || !file.Path.StartsWith(without, StringComparison.Ordinal));
                if (isWanted) Extract(file, Path.Combine(folder, file.Path[below.Length..]), buffer, cancel);
            }
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Damaged(exception.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _zip.Dispose();

    /// <summary>True for the exceptions with which the readers of archives and JSON meet content that does not fit.</summary>
    private static bool IsDamage(Exception exception) => exception is InvalidDataException or EndOfStreamException or JsonException
        or NotSupportedException or ArgumentException or OverflowException or InvalidOperationException;

    private BackupManifest ReadManifest()
    {
        if (_zip.Entries.Count > MostFiles) throw Damaged($"it has more than {MostFiles} entries");
        var entry = _zip.GetEntry(BackupManifest.EntryName) ?? throw Damaged($"it has no {BackupManifest.EntryName}");
        if (entry.Length > MostManifestBytes) throw Damaged("its manifest is too long");
        var bytes = new byte[entry.Length];
        using (var stream = entry.Open()) stream.ReadExactly(bytes);
        using var document = JsonDocument.Parse(bytes);
        if (!document.RootElement.TryGetProperty("format", out var format) || !format.TryGetInt32(out var number))
            throw Damaged("its manifest names no format");
        if (number > BackupManifest.CurrentFormat)
        {
            var version = document.RootElement.TryGetProperty("plant", out var plant) ? plant.ToString() : "";
            throw new BackupException($"{_path} was written by plant {version} (backup format {number}); this is plant "
                + $"{DataFormat.Version}, which reads formats up to {BackupManifest.CurrentFormat}: restore it with plant {version} or newer");
        }

        return JsonSerializer.Deserialize(bytes, BackupJson.Default.BackupManifest) ?? throw Damaged("its manifest is empty");
    }

    /// <summary>Compares the entries with the manifest. Nothing that the manifest does not name is extracted.</summary>
    private void Check()
    {
        foreach (var entry in _zip.Entries.Where(e => e.FullName != BackupManifest.EntryName))
        {
            if (((entry.ExternalAttributes >> 16) & TypeMask) is not 0 and not RegularType and var type)
                throw Damaged($"{entry.FullName} is {(type == LinkType ? "a link" : "no regular file")}");
            if (!_entries.TryAdd(entry.FullName, entry)) throw Damaged($"{entry.FullName} is there twice");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Manifest.Files)
        {
            if (WhyNoPath(file.Path) is { } reason) throw Damaged($"the path \"{file.Path}\" {reason}");
            if (!names.Add(file.Path)) throw Damaged($"{file.Path} is there twice");
            if (!_entries.TryGetValue(BackupManifest.Prefix + file.Path, out var entry)) throw Damaged($"{file.Path} is missing");
            if (entry.Length != file.Size) throw Damaged($"{file.Path} has {entry.Length} bytes, not {file.Size}");
        }

        // A file cannot be a folder as well.
        if (names.FirstOrDefault(n => Parents(n).Any(names.Contains)) is { } below) throw Damaged($"{below} is below a file");
        var known = names.Select(n => BackupManifest.Prefix + n).ToHashSet(StringComparer.Ordinal);
        if (_entries.Keys.FirstOrDefault(e => !known.Contains(e)) is { } unknown) throw Damaged($"{unknown} is not in its manifest");
        if (!names.Contains("site.toml")) throw Damaged("it has no site.toml");
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1)) yield return path[..end];
    }

    private static string? WhyNoPath(string path)
    {
        if (path.Length is 0 or > 4000) return "is empty or too long";
        if (path.Any(c => char.IsControl(c) || c == '\\')) return "has a character that a backup does not write";
        if (path.Split('/').Any(p => p is "" or "." or "..")) return "leads out of the site's folder";
        return OperatingSystem.IsWindows() && path.Contains(':', StringComparison.Ordinal) ? "names a drive" : null;
    }

    private void Extract(BackupFile file, string path, byte[] buffer, CancellationToken cancel)
    {
        CreateFolder(Path.GetDirectoryName(path)!, isPrivate: file.Mode != 0 && (file.Mode & OthersMask) == 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var mode = (UnixFileMode)((file.Mode & 0x1ff) | OwnerMayReadAndWrite);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && file.Mode != 0) options.UnixCreateMode = mode;
        using (var from = _entries[BackupManifest.Prefix + file.Path].Open())
        using (var to = new FileStream(path, options))
        {
            var size = 0L;
            for (int read; (read = from.Read(buffer)) > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                if ((size += read) > file.Size) throw Damaged($"{file.Path} is longer than its manifest says");
                hash.AppendData(buffer, 0, read);
                to.Write(buffer, 0, read);
            }

            if (size != file.Size) throw Damaged($"{file.Path} has {size.ToString(CultureInfo.InvariantCulture)} bytes, not {file.Size}");
            if (!Convert.ToHexString(hash.GetHashAndReset()).Equals(file.Sha256, StringComparison.OrdinalIgnoreCase))
                throw Damaged($"the checksum of {file.Path} is wrong");
            to.Flush(flushToDisk: true);
        }

        File.SetLastWriteTimeUtc(path, file.Modified);
        if (!OperatingSystem.IsWindows() && file.Mode != 0) File.SetUnixFileMode(path, mode);
    }

    /// <summary>Creates a folder. That of a private file is private too, as <c>data/web</c> is.</summary>
    private static void CreateFolder(string folder, bool isPrivate)
    {
        if (isPrivate && !OperatingSystem.IsWindows()) Directory.CreateDirectory(folder, OwnerOnly);
        else Directory.CreateDirectory(folder);
    }

    private BackupException Damaged(string reason) => new($"{_path} is not usable: {LogText.Sanitize(reason, 300)}; nothing was changed");
}
