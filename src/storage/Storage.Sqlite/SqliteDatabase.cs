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
            writer ??= OpenForUse();
            return Transact(writer, "BEGIN IMMEDIATE", work);
        }
        finally
        {
            writer = Usable(writer);
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

    /// <summary>Runs work on one of the readers, which sees the database as of one moment.</summary>
    public async Task<T> ReadAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            var session = readers.TryTake(out var free) ? free : OpenForUse();
            try
            {
                return Transact(session, "BEGIN", work);
            }
            finally
            {
                if (Usable(session) is { } kept)
                {
                    readers.Add(kept);
                }
            }
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

    /// <exception cref="StoreUnavailableException">The file can't be read or written now.</exception>
    private static T Transact<T>(Session session, string begin, Func<Session, T> work)
    {
        try
        {
            session.Run(begin);
            var result = work(session);
            session.Run("COMMIT");
            return result;
        }
        catch (Exception fault)
        {
            session.Rollback();
            if (fault is SqliteException failure && IsPassing(failure))
            {
                session.IsBroken |= failure.SqliteErrorCode is SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_READONLY;
                throw Unavailable(failure);
            }

            throw;
        }
    }

    // A connection that saw the file fail may go on failing when the file is well again.
    private static Session? Usable(Session? session)
    {
        if (session is not { IsBroken: true })
        {
            return session;
        }

        session.Dispose();
        return null;
    }

    private static StoreUnavailableException Unavailable(Exception failure) => new($"The database file can't be used now: {failure.Message}", failure);

    /// <exception cref="StoreUnavailableException">The file can't be opened now.</exception>
    private Session OpenForUse()
    {
        try
        {
            return Open();
        }
        catch (SqliteException failure) when (IsPassing(failure))
        {
            throw Unavailable(failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(failure);
        }
    }

    // What goes away by itself or by an operator's help: somebody else writes, disk full, file system read-only or failing.
    private static bool IsPassing(SqliteException failure) => failure.SqliteErrorCode
        is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED or SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_CANTOPEN;

    private Session Open()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.Path))!;
        Directory.CreateDirectory(folder);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = options.Path, Pooling = false, DefaultTimeout = 30 }.ToString());
        var session = new Session(connection, options.Observe);
        try
        {
            Prepare(connection, session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private void Prepare(SqliteConnection connection, Session session)
    {
        connection.Open();
        SqliteFunctions.Register(connection);
        session.Run("PRAGMA journal_mode = WAL");
        session.Run(options.Synchronous ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
        session.Run($"PRAGMA cache_size = -{options.CacheKibibytes.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        session.Run("PRAGMA temp_store = MEMORY");
        session.Run("PRAGMA wal_autocheckpoint = 4000");
    }
}
