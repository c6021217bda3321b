namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// Room on the disk that is kept for the day it is full: what is delivered must still be written down, or it would be delivered again.
/// Records are taken only while the reserve is there.
/// </summary>
internal sealed class Reserve(string path)
{
    /// <summary>Room for a full write-ahead log and the pages that it fills.</summary>
    public const int Size = 8 << 20;

    /// <summary>Makes the reserve if it is not there.</summary>
    /// <returns>False when there is no room for it.</returns>
    public bool TryHold()
    {
        try
        {
            if (File.Exists(path) && new FileInfo(path).Length == Size) return true;
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            var block = new byte[1 << 16];
            for (var i = 0; i < Size; i += block.Length) file.Write(block);
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Release();
            return false;
        }
    }

    public void Release()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then it holds nothing that we could give.
        }
    }
}
