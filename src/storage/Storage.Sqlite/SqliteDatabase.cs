using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Kestra.Storage.Sqlite;

/// <summary>The connections to one file: a single writer, and readers beside it that never wait for it.</summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    private readonly SqliteOptions options;
    private readonly SemaphoreSlim writing = new(1);
    private readonly SemaphoreSlim reading;
    private readonly ConcurrentBag<Session> readers = [];
    private Session? writer;

    static SqliteDatabase() => SQLitePCL.Batteries_V2.Init();

    public SqliteDatabase(SqliteOptions options)
    {
        this.options = options;
        reading = new SemaphoreSlim(options.Readers);
    }

    /// <summary>Runs work in one transaction of the single writer; it is durable when this returns.</summary>
    public async Task<T> WriteAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            writer ??= Open();
            return Transact(writer, work);
        }
        finally
        {
            writing.Release();
        }
    }

    public Task WriteAsync(Action<Session> work, CancellationToken cancellationToken) => WriteAsync<object?>(
        session =>
        {
            work(session);
            return null;
        },
        cancellationToken);

    /// <summary>Runs work on one of the readers.</summary>
    public async Task<T> ReadAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            if (!readers.TryTake(out var session))
            {
                session = Open();
            }

            var result = work(session);
            readers.Add(session);
            return result;
        }
        finally
        {
            reading.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await writing.WaitAsync();
        writer?.Dispose();
        while (readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        writing.Dispose();
        reading.Dispose();
    }

    private static T Transact<T>(Session session, Func<Session, T> work)
    {
        session.Run("BEGIN IMMEDIATE");
        try
        {
            var result = work(session);
            session.Run("COMMIT");
            return result;
        }
        catch
        {
            session.Rollback();
            throw;
        }
    }

    private Session Open()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.Path))!;
        Directory.CreateDirectory(folder);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = options.Path, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        var session = new Session(connection);
        session.Run("PRAGMA journal_mode = WAL");
        session.Run(options.Synchronous ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
        session.Run($"PRAGMA cache_size = -{options.CacheKibibytes.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        session.Run("PRAGMA temp_store = MEMORY");
        session.Run("PRAGMA wal_autocheckpoint = 4000");
        return session;
    }
}
