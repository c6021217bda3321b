using Microsoft.Win32.SafeHandles;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Opens standard output and standard error without <c>Console.Out</c>, which opens files when it is used for the first time and hides
/// that its reader has gone. The streams do not own the handles.
/// </summary>
internal static class StandardStreams
{
    public static Stream OpenOutput() => Open(1, Console.OpenStandardOutput);

    public static Stream OpenError() => Open(2, Console.OpenStandardError);

    /// <summary>
    /// A file may be shared with the shell and other programs: a <c>FileStream</c> would write at a position of its own, and they would
    /// overwrite it. Writing to a file needs no signs of a reader.
    /// </summary>
    private static Stream Open(int descriptor, Func<Stream> openShared)
    {
        var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? openShared() : stream;
    }
}
