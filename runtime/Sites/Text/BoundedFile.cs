namespace PlantRuntime.Sites.Text;

/// <summary>
/// Reads regular files that a configuration names, up to a size. Pipes, sockets and devices are refused, because reading one may never end.
/// Any thread; blocks while it reads.
/// </summary>
internal static class BoundedFile
{
    /// <summary>
    /// The file's bytes, or null and the reason in words that follow the file's name: "does not exist", "is larger than 16MB".
    /// </summary>
    public static byte[]? Read(string path, int limit, out string problem)
    {
        var facts = FileFacts.Read(path);
        if (facts.Kind is FileKind.Pipe or FileKind.Socket or FileKind.Device)
        {
            problem = facts.WhyNotReadable!;
            return null;
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            problem = $"is larger than {new PlantRuntime.Contracts.ByteSize(limit)}";
            if (facts.Length > limit) return null;

            // One byte more than the file has, so that its end is found without growing the buffer.
            using var bytes = new MemoryStream((int)facts.Length + 1);
            var buffer = new byte[Math.Min(64 * 1024, bytes.Capacity)];
            for (int read; (read = file.Read(buffer)) > 0; bytes.Write(buffer, 0, read))
            {
                if (bytes.Length + read > limit) return null;
            }

            return bytes.ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = error switch
            {
                FileNotFoundException or DirectoryNotFoundException => "does not exist",
                UnauthorizedAccessException when Directory.Exists(path) => "is a folder",
                UnauthorizedAccessException => "may not be read by the user that runs plant",
                _ => $"cannot be read: {error.Message}",
            };
            return null;
        }
    }
}
