using System.Security.Cryptography;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Salvage;
using PlantRuntime.Queue.Store;
using PlantRuntime.Storage;

namespace PlantRuntime.Queue;

/// <summary>
/// Copies the queue of a site that no host runs, and prepares a restored one. Used by <c>plant backup</c> and <c>plant restore</c> in their
/// own process; stateless; does blocking disk I/O. A host that runs copies its queue itself (<see cref="DiskQueue.SnapshotAsync"/>).
/// </summary>
internal static class QueueCopy
{
    // A gap is a multiple of 2^32, more than a queue uses in years, by chance: a copy that is restored twice uses no number twice.
    private const int GapBits = 32;
    private const int MostGaps = 1 << 20;

    /// <summary>The files of a queue in a <c>data</c> folder: the database and its write-ahead log.</summary>
    public static IReadOnlyList<string> Files { get; } = [QueueFile.Name, QueueFile.Name + "-wal"];

    /// <summary>
    /// Copies the files as they are, without a lock that would keep a host from starting. The copy is usable only if the files did not
    /// change meanwhile, which the caller compares.
    /// </summary>
    public static void CopyFiles(string data, string target)
    {
        foreach (var name in Files.Where(f => File.Exists(Path.Combine(data, f))))
            File.Copy(Path.Combine(data, name), Path.Combine(target, name), overwrite: true);
    }

    /// <summary>Puts the write-ahead log of a copy into its database, so that the copy is one file.</summary>
    /// <returns>Null, or the reason why the copy stays as it is: the host repairs it when it opens it.</returns>
    /// <exception cref="IOException">A newer version of plant wrote it.</exception>
    public static string? Complete(string folder)
    {
        try
        {
            using var database = QueueFile.Open(Path.Combine(folder, QueueFile.Name));
            return QueueFile.Check(database);
        }
        catch (DatabaseException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>
    /// Gives a restored queue a new identity, or, with <paramref name="keepsIdentity"/>, numbers that were never used. A damaged file is
    /// repaired first.
    /// </summary>
    /// <param name="data">The restored <c>data</c> folder.</param>
    /// <param name="keepsIdentity">True if the queue takes the place of the one that was copied.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the repair of a damaged file.</param>
    /// <exception cref="IOException">It cannot be opened or written, or a newer version of plant wrote it.</exception>
    public static void Restore(string data, bool keepsIdentity, TimeProvider time, PlantLog log)
    {
        var folder = new QueueFolder(data, MachineName.Read());
        if (!File.Exists(folder.Path)) return;
        using var store = new QueueStore(QueueRepair.Open(folder, log), time);
        var gap = (long)RandomNumberGenerator.GetInt32(1, MostGaps) << GapBits;
        store.Commit(() => store.State.ContinueFromCopy(folder.Machine, keepsIdentity, gap));
    }
}
