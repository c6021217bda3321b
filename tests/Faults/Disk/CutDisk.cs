namespace PlantRuntime.Faults.Disk;

/// <summary>
/// A disk whose power can be cut after any event: of each file it has what was synced, and of what was written since then nothing, or with
/// <c>isTorn</c> an arbitrary part, sector by sector.
/// </summary>
internal sealed class CutDisk
{
    private const int Sector = 512;
    private readonly Dictionary<string, CutFile> _files = [];

    public void Apply(DiskEvent happened)
    {
        if (happened.Kind == DiskEventKind.Unlink)
        {
            _files.Remove(happened.File);
            return;
        }

        if (!_files.TryGetValue(happened.File, out var file)) _files.Add(happened.File, file = new CutFile());
        if (happened.Kind == DiskEventKind.Sync) file.Sync();
        else file.Pending.Add(happened);
    }

    /// <summary>Writes what a cut would leave into a folder.</summary>
    public void Cut(string folder, Random chance, bool isTorn)
    {
        foreach (var (name, file) in _files)
        {
            if (!file.IsSynced && !isTorn) continue;
            using var image = new MemoryStream();
            file.Durable.WriteTo(image);
            if (isTorn)
            {
                foreach (var pending in file.Pending) Tear(pending, image, chance);
            }

            File.WriteAllBytes(Path.Combine(folder, name), image.ToArray());
        }
    }

    private static void Tear(DiskEvent pending, MemoryStream image, Random chance)
    {
        if (pending.Kind == DiskEventKind.Truncate)
        {
            if (chance.Next(2) == 0) image.SetLength(pending.Offset);
            return;
        }

        for (var at = 0; at < pending.Data.Length; at += Sector)
        {
            if (chance.Next(2) == 0) continue;
            image.Position = pending.Offset + at;
            image.Write(pending.Data.AsSpan(at, Math.Min(Sector, pending.Data.Length - at)));
        }
    }

    private sealed class CutFile
    {
        public MemoryStream Durable { get; } = new();

        public List<DiskEvent> Pending { get; } = [];

        public bool IsSynced { get; private set; }

        public void Sync()
        {
            foreach (var pending in Pending)
            {
                if (pending.Kind == DiskEventKind.Truncate)
                {
                    Durable.SetLength(pending.Offset);
                    continue;
                }

                Durable.Position = pending.Offset;
                Durable.Write(pending.Data);
            }

            Pending.Clear();
            IsSynced = true;
        }
    }
}
