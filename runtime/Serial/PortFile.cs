using System.ComponentModel;
using System.Runtime.InteropServices;
using PlantRuntime.Wire;

namespace PlantRuntime.Serial;

/// <summary>
/// The device file of a port on Linux and macOS. It holds the port against a second `plant` process, also one of root, which the exclusive
/// mode of terminals does not stop, finds out why a port cannot be opened, and transfers the bytes: <see cref="System.IO.Ports"/> makes the
/// settings, but its own reads and writes take 1 to 2 ms each and poll without a pause. Owned by <see cref="SerialLine"/>, for as long
/// as the port is open. Reads and writes never wait.
/// </summary>
internal sealed class PortFile : IDisposable
{
    private const int ReadWrite = 2;
    private const int Interrupted = 4;
    private const int NoEntry = 2;
    private const int NoDevice = 6;
    private const int AccessDenied = 13;
    private const int Busy = 16;
    private const int NotADevice = 19;
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;
    private const int LockExclusiveNow = 2 | 4;
    private const short Readable = 1;

    private readonly int _file;

    private PortFile(int file) => _file = file;

    // O_NOCTTY and O_NONBLOCK, so that the port neither becomes the terminal of the process nor waits for a modem, and O_CLOEXEC.
    private static int OpenFlags => OperatingSystem.IsMacOS() ? ReadWrite | 0x20000 | 0x4 | 0x1000000 : ReadWrite | 0x100 | 0x800 | 0x80000;

    /// <summary>Opens and locks a port; returns null on Windows, where an open port is exclusive.</summary>
    /// <exception cref="LinkException">The port is missing, is used by another program, or may not be used; the message says
    /// which.</exception>
    public static PortFile? Acquire(string port)
    {
        if (OperatingSystem.IsWindows()) return null;
        var file = Open(port, OpenFlags);
        if (file < 0) throw Explain(port, Marshal.GetLastPInvokeError());
        if (Flock(file, LockExclusiveNow) == 0) return new PortFile(file);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(file);
        throw Explain(port, error);
    }

    /// <summary>Waits until bytes can be read or the port has failed. Returns false if the time passed before.</summary>
    public bool WaitForBytes(int milliseconds)
    {
        var entry = new PollEntry { File = _file, Events = Readable };
        return Poll(ref entry, 1, milliseconds) > 0;
    }

    /// <summary>Reads what has been received. Returns -1 if nothing has.</summary>
    /// <exception cref="IOException">The port has failed.</exception>
    public int Read(Span<byte> into)
    {
        var count = (int)Read(_file, ref MemoryMarshal.GetReference(into), into.Length);
        if (count > 0) return count;
        return count < 0 && IsTransient(Marshal.GetLastPInvokeError()) ? -1
            : throw new IOException("the adapter reports the end of its data");
    }

    /// <summary>Hands bytes to the adapter. Returns how many it took, which may be none.</summary>
    /// <exception cref="IOException">The port has failed.</exception>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var count = (int)Write(_file, ref MemoryMarshal.GetReference(bytes), bytes.Length);
        if (count >= 0) return count;
        var error = Marshal.GetLastPInvokeError();
        return IsTransient(error) ? 0 : throw new IOException(new Win32Exception(error).Message);
    }

    public void Dispose() => _ = Close(_file);

    private static bool IsTransient(int error) => error is WouldBlock or WouldBlockOnMac or Interrupted;

    private static LinkException Explain(string port, int error) => error switch
    {
        NoEntry or NoDevice or NotADevice => SerialFailures.Missing(port),
        AccessDenied => SerialFailures.NoPermission(port),
        Busy or WouldBlock or WouldBlockOnMac => SerialFailures.InUse(port),
        _ => new LinkException($"{port} cannot be opened: {new Win32Exception(error).Message}"),
    };

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static extern int Flock(int file, int operation);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int file);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static extern int Poll(ref PollEntry entry, nuint count, int milliseconds);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint Read(int file, ref byte bytes, nint count);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint Write(int file, ref byte bytes, nint count);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }
}
