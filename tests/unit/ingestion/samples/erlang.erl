%% @doc Keeps counters.
-module(counter).
-export([new/0, bump/2]).

-define(LIMIT, 100).

-record(counter, {name :: atom(), value = 0 :: integer()}).

%% @doc A new counter.
-spec new() -> #counter{}.
new() ->
    #counter{name = default}.

%% @doc Counts up,
%% but not beyond the limit.
bump(#counter{value = V} = C, N) when V + N =< ?LIMIT ->
    C#counter{value = V + N};
bump(C, _N) ->
    C.
