using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Logging;

/// <summary>
/// Writes the server's log as lines <c>HH:mm:ss.fff LEVEL thread logger message</c>: up to INFO on one writer, WARN and ERROR on the
/// other. A stack trace follows on lines of its own.
/// </summary>
public sealed class ConsoleLines(LogLevels levels, TextWriter output, TextWriter error, TimeProvider time, bool colours) : ILoggerProvider
{
    private const int LoggerWidth = 36;
    private const int ThreadWidth = 12;

    private readonly Lock gate = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        lock (gate)
        {
            output.Flush();
            error.Flush();
        }
    }

    private void Write(string category, LogLevel level, string message, Exception? exception)
    {
        var line = new StringBuilder(message.Length + 80)
            .Append(time.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)).Append(' ');
        Coloured(line, LogLevels.Name(level).PadRight(5), level >= LogLevel.Error ? "31" : level == LogLevel.Warning ? "33" : "34");
        line.Append(' ');
        var thread = Thread.CurrentThread.Name ?? $"thread-{Environment.CurrentManagedThreadId}";
        Coloured(line, thread.Length > LoggerWidth ? thread[..LoggerWidth] : thread.PadRight(ThreadWidth), "35");
        line.Append(' ');
        Coloured(line, Abbreviate(category).PadRight(ThreadWidth), "36");
        line.Append(' ').Append(message);
        if (exception is not null)
        {
            line.Append(Environment.NewLine).Append(exception);
        }

        lock (gate)
        {
            var writer = level >= LogLevel.Warning ? error : output;
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    private void Coloured(StringBuilder line, string text, string colour)
    {
        if (colours)
        {
            line.Append("\e[").Append(colour).Append('m').Append(text).Append("\e[0m");
        }
        else
        {
            line.Append(text);
        }
    }

    // Parts are shortened to their first letter from the left until the name fits; the last part stays whole.
    internal static string Abbreviate(string logger)
    {
        if (logger.Length <= LoggerWidth)
        {
            return logger;
        }

        var parts = logger.Split('.');
        for (var i = 0; i < parts.Length - 1 && parts.Sum(part => part.Length + 1) - 1 > LoggerWidth; i++)
        {
            parts[i] = parts[i].Length > 0 ? parts[i][..1] : parts[i];
        }

        return string.Join('.', parts);
    }

    private sealed class Logger(ConsoleLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= lines.levels.Effective(category);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lines.Write(category, logLevel, formatter(state, exception), exception);
            }
        }
    }

    private readonly LogLevels levels = levels;
}
