namespace PlantRuntime.Host.Sites;

/// <summary>Reads files that somebody named in a configuration, which may be anything.</summary>
internal static class BoundedFile
{
    /// <summary>
    /// The file's bytes, or null and the reason in words that follow the file's name: "does not exist", "is larger than 16MB".
    /// </summary>
    public static byte[]? Read(string path, int limit, out string problem)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            problem = $"is larger than {new Contracts.ByteSize(limit)}";
            using var bytes = new MemoryStream();
            var buffer = new byte[64 * 1024];
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
