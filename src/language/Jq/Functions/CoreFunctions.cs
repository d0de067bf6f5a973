using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>Functions that steer the evaluation, and those about kinds of values.</summary>
internal static class CoreFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        new("empty", 0, _ => new EmptyFilter()),
        new("error", 0, _ => new ErrorFilter(IdentityFilter.Instance)),
        new("error", 1, arguments => new ErrorFilter(arguments[0])),
        Make.Unary("not", (_, input) => !ValueKinds.IsTrue(input)),
        Make.Unary("type", (_, input) => ValueKinds.Name(input)),
        new("select", 1, arguments => new SelectFilter(arguments[0])),
        new("map", 1, arguments => new ArrayFilter(new PipeFilter(Iterate(), arguments[0]))),
        new("map_values", 1, arguments => new UpdateFilter(Iterate(), arguments[0])),
        new("recurse", 0, _ => new DescendFilter()),
        new("recurse", 1, arguments => new RecurseFilter(arguments[0])),
        new("recurse", 2, arguments => new RecurseFilter(new PipeFilter(arguments[0], new SelectFilter(arguments[1])))),
        new("range", 1, arguments => new RangeFilter(Constant(0), arguments[0], Constant(1))),
        new("range", 2, arguments => new RangeFilter(arguments[0], arguments[1], Constant(1))),
        new("range", 3, arguments => new RangeFilter(arguments[0], arguments[1], arguments[2])),
        new("first", 1, arguments => new LimitFilter(Constant(1), arguments[0])),
        new("last", 1, arguments => new LastFilter(arguments[0])),
        new("limit", 2, arguments => new LimitFilter(arguments[0], arguments[1])),
        new("nth", 2, arguments => new NthFilter(arguments[0], arguments[1])),
        new("until", 2, arguments => new UntilFilter(arguments[0], arguments[1])),
        new("while", 2, arguments => new WhileFilter(arguments[0], arguments[1])),
        new("repeat", 1, arguments => new RecurseFilter(arguments[0]), OnlyInJq: true),
        new("isempty", 1, arguments => new IsEmptyFilter(arguments[0]), OnlyInJq: true),
        new("any", 0, _ => new QuantifierFilter(Iterate(), IdentityFilter.Instance, isAny: true)),
        new("any", 1, arguments => new QuantifierFilter(Iterate(), arguments[0], isAny: true)),
        new("any", 2, arguments => new QuantifierFilter(arguments[0], arguments[1], isAny: true)),
        new("all", 0, _ => new QuantifierFilter(Iterate(), IdentityFilter.Instance, isAny: false)),
        new("all", 1, arguments => new QuantifierFilter(Iterate(), arguments[0], isAny: false)),
        new("all", 2, arguments => new QuantifierFilter(arguments[0], arguments[1], isAny: false)),
        new("walk", 1, arguments => new WalkFilter(arguments[0])),
        Make.Unary("builtins", (execution, _) => FunctionTable.For(execution.Dialect).Names.Cast<object?>().ToList()),

        // A program sees nothing of the process it runs in: no variables, no further inputs, no file.
        Make.Unary("env", (_, _) => new OrderedDictionary<string, object?>(), onlyInJq: true),
        Make.Unary("input", (_, _) => throw JqException.Runtime("break"), onlyInJq: true),
        Make.Stream("inputs", (_, _) => [], onlyInJq: true),
        Make.Unary("debug", (_, input) => input, onlyInJq: true),
        Make.Unary("stderr", (_, input) => input, onlyInJq: true),
        Make.Unary("input_filename", (_, _) => null, onlyInJq: true),
        Make.Unary("input_line_number", (_, _) => 0, onlyInJq: true),
        Make.Unary("halt", (_, _) => throw JqException.Halt("halt", null), onlyInJq: true),
        Make.Unary("halt_error", (execution, input) => throw JqException.Halt(execution.ToText(input), input), onlyInJq: true),
        Make.Of("halt_error", 1, HaltError, onlyInJq: true),
    ];

    private static IterateFilter Iterate() => new(IdentityFilter.Instance, isQuiet: false);

    private static LiteralFilter Constant(int value) => new(value);

    private static object? HaltError(Execution execution, object? input, object?[] arguments) => ValueKinds.IsNumber(arguments[0])
        ? throw JqException.Halt(execution.ToText(input), input)
        : throw JqException.Runtime("halt_error/1: number required");

    /// <summary>Raises a value. Raising null is no error: the branch simply gives nothing.</summary>
    private sealed class ErrorFilter(Filter message) : Filter
    {
        public override IEnumerable<Item> Run(Env env, Item input)
        {
            foreach (var value in message.Values(env, input.Value))
            {
                env.Execution.Step();
                if (value is not null)
                {
                    throw JqException.Raised(value as string ?? $"(not a string): {env.Execution.ToJson(value)}", value);
                }
            }

            return [];
        }
    }

    /// <summary>The input, then the results of the step on it, each followed by its own in turn.</summary>
    private sealed class RecurseFilter(Filter step) : Filter
    {
        public override IEnumerable<Item> Run(Env env, Item input)
        {
            yield return input;
            var pending = new Stack<IEnumerator<Item>>();
            try
            {
                pending.Push(step.Run(env, input).GetEnumerator());
                while (pending.TryPeek(out var level))
                {
                    env.Execution.Step();
                    if (!level.MoveNext())
                    {
                        pending.Pop().Dispose();
                        continue;
                    }

                    var item = level.Current;
                    yield return item;
                    if (step.IsSingle)
                    {
                        // A single step has no second result, so its level is done and the loop keeps one level for ever.
                        pending.Pop().Dispose();
                    }

                    pending.Push(step.Run(env, item).GetEnumerator());
                }
            }
            finally
            {
                while (pending.TryPop(out var level))
                {
                    level.Dispose();
                }
            }
        }
    }

    /// <summary>Numbers from the first bound up to and without the second; the first argument varies slowest.</summary>
    private sealed class RangeFilter(Filter from, Filter to, Filter by) : GeneratorFilter
    {
        protected override IEnumerable<object?> Generate(Env env, object? input)
        {
            foreach (var start in from.Values(env, input))
            {
                foreach (var end in to.Values(env, input))
                {
                    foreach (var step in by.Values(env, input))
                    {
                        if (!ValueKinds.IsNumber(start) || !ValueKinds.IsNumber(end) || !ValueKinds.IsNumber(step))
                        {
                            throw JqException.Runtime("Range bounds must be numeric");
                        }

                        foreach (var number in Range(env.Execution, start!, end!, step!))
                        {
                            yield return number;
                        }
                    }
                }
            }
        }

        private static IEnumerable<object?> Range(Execution execution, object start, object end, object step)
        {
            var direction = Numbers.Order(step, 0);
            for (var number = start; direction != 0 && Numbers.Order(number, end) * direction < 0; number = Numbers.Add(number, step))
            {
                execution.Step();
                yield return number;
            }
        }
    }

    private sealed class LimitFilter(Filter count, Filter body) : Filter
    {
        public override IEnumerable<Item> Run(Env env, Item input)
        {
            foreach (var wanted in count.Values(env, input.Value))
            {
                if (!ValueKinds.IsNumber(wanted))
                {
                    // The text of the subtraction that the original limits with.
                    throw JqException.Runtime($"{env.Execution.Describe(wanted)} and {env.Execution.Describe(1)} cannot be subtracted");
                }

                var left = Numbers.ToDouble(wanted);
                if (left == 0)
                {
                    continue;
                }

                foreach (var item in body.Run(env, input))
                {
                    env.Execution.Step();
                    yield return item;
                    if (--left is <= 0 and > -1)
                    {
                        break;
                    }
                }
            }
        }
    }

    /// <summary>The last result, null when there is none.</summary>
    private sealed class LastFilter(Filter body) : Filter
    {
        public override IEnumerable<Item> Run(Env env, Item input)
        {
            Item? last = null;
            foreach (var item in body.Run(env, input))
            {
                env.Execution.Step();
                last = item;
            }

            return Just(last ?? input.Derive(null));
        }
    }

    /// <summary>The result of the number, or the last when there are fewer.</summary>
    private sealed class NthFilter(Filter index, Filter body) : Filter
    {
        public override IEnumerable<Item> Run(Env env, Item input)
        {
            foreach (var wanted in index.Values(env, input.Value))
            {
                if (Numbers.Order(ValueKinds.IsNumber(wanted) ? wanted! : throw CannotCount(env.Execution, wanted), 0) < 0)
                {
                    throw JqException.Runtime("nth doesn't support negative indices");
                }

                Item? last = null;
                var left = Numbers.ToDouble(wanted);
                foreach (var item in body.Run(env, input))
                {
                    env.Execution.Step();
                    last = item;
                    if (left-- <= 0)
                    {
                        break;
                    }
                }

                if (last is { } found)
                {
                    yield return found;
                }
            }
        }

        private static JqException CannotCount(Execution execution, object? wanted) =>
            JqException.Runtime($"{execution.Describe(wanted)} and {execution.Describe(1)} cannot be added");
    }

    /// <summary>Applies the update until the condition holds, and gives the value that it holds for.</summary>
    private sealed class UntilFilter(Filter condition, Filter update) : Filter
    {
        public override IEnumerable<Item> Run(Env env, Item input) => condition.IsSingle ? RunLoop(env, input) : RunBranches(env, input);

        private IEnumerable<Item> RunLoop(Env env, Item input)
        {
            var pending = new Stack<IEnumerator<Item>>();
            pending.Push(Just(input).GetEnumerator());
            while (pending.TryPeek(out var level))
            {
                env.Execution.Step();
                if (!level.MoveNext())
                {
                    pending.Pop().Dispose();
                    continue;
                }

                var item = level.Current;
                if (ValueKinds.IsTrue(condition.Value(env, item.Value)))
                {
                    yield return item;
                    continue;
                }

                if (update.IsSingle)
                {
                    pending.Pop().Dispose();
                }

                pending.Push(update.Run(env, item).GetEnumerator());
            }
        }

        private IEnumerable<Item> RunBranches(Env env, Item input)
        {
            StackGuard.Check();
            env.Execution.Step();
            foreach (var done in condition.Values(env, input.Value))
            {
                foreach (var item in ValueKinds.IsTrue(done) ? Just(input) : update.Run(env, input).SelectMany(next => RunBranches(env, next)))
                {
                    yield return item;
                }
            }
        }
    }

    /// <summary>The input and its updates as long as the condition holds.</summary>
    private sealed class WhileFilter(Filter condition, Filter update) : Filter
    {
        private readonly RecurseFilter _steps = new(new PipeFilter(update, new SelectFilter(condition)));
        private readonly SelectFilter _start = new(condition);

        public override IEnumerable<Item> Run(Env env, Item input) => _start.Run(env, input).SelectMany(item => _steps.Run(env, item));
    }

    private sealed class IsEmptyFilter(Filter body) : ValueFilter
    {
        protected override object? Compute(Env env, object? input)
        {
            env.Execution.Step();
            return !body.Run(env, new Item(input)).Any();
        }
    }

    /// <summary><c>any</c> and <c>all</c>: stop at the first answer that decides.</summary>
    private sealed class QuantifierFilter(Filter source, Filter condition, bool isAny) : ValueFilter
    {
        protected override object? Compute(Env env, object? input)
        {
            foreach (var value in source.Values(env, input))
            {
                env.Execution.Step();
                if (condition.Values(env, value).Any(answer => ValueKinds.IsTrue(answer) == isAny))
                {
                    return isAny;
                }
            }

            return !isAny;
        }
    }

    /// <summary>Applies a filter to every value, parts before the whole. Kestra sorts the names of objects on the way.</summary>
    private sealed class WalkFilter(Filter body) : Filter
    {
        public override IEnumerable<Item> Run(Env env, Item input)
        {
            foreach (var result in body.Values(env, Rebuild(env, input.Value)))
            {
                yield return input.Derive(result);
            }
        }

        private object? Rebuild(Env env, object? value)
        {
            StackGuard.Check();
            env.Execution.Step();
            return value switch
            {
                string => value,
                IReadOnlyDictionary<string, object?> map => RebuildObject(env, map),
                IReadOnlyList<object?> list => list.SelectMany(item => body.Values(env, Rebuild(env, item))).ToList(),
                _ => value,
            };
        }

        // Of several results of a field the last is kept; a field without any goes.
        private OrderedDictionary<string, object?> RebuildObject(Env env, IReadOnlyDictionary<string, object?> map)
        {
            var names = env.Execution.Dialect == JqDialect.Kestra ? ValueOrder.SortedNames(map) : map.Keys;
            var rebuilt = new OrderedDictionary<string, object?>();
            foreach (var name in names)
            {
                foreach (var result in body.Values(env, Rebuild(env, map[name])))
                {
                    rebuilt[name] = result;
                }
            }

            return rebuilt;
        }
    }
}
